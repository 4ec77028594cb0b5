"""Where webhooks may go: every evil form of a URL is refused, and what was checked is what is connected to."""

import socket
import threading
from collections.abc import Sequence
from contextlib import suppress
from ipaddress import ip_network
from threading import Event

import pytest

from indexer.webhooks.sending import Sender
from indexer.webhooks.targets import TargetRefused, checked_address, parse_target
from tests.support.receiver import Receiver, receiving

LOOPBACK = (ip_network("127.0.0.0/8"),)


def resolving(*addresses: str) -> Sequence[str]:
    return addresses


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("", "is no http or https URL"),
        ("example.com/hook", "is no http or https URL"),
        ("ftp://example.com/", "is no http or https URL"),
        ("file:///etc/passwd", "is no http or https URL"),
        ("https://", "is no http or https URL"),
        ("https://user@example.com/", "holds a user or a password"),
        ("https://user:pass@example.com/", "holds a user or a password"),
        ("https://example.com@127.0.0.1/", "holds a user or a password"),
        ("https://example.com\\@127.0.0.1/", "holds a blank, a backslash"),
        ("https://example.com/a b", "holds a blank, a backslash"),
        ("https://exam\tple.com/", "holds a blank, a backslash"),
        ("https://example.com/\r\nX: y", "holds a blank, a backslash"),
        ("https://example.com/#part", "has a fragment"),
        ("https://example.com:0/", "has a fragment or the port 0"),
        ("https://example.com:99999/", "is no URL"),
        ("https://example.com:x/", "is no URL"),
        ("https://[::1/", "is no URL"),
        ("https://2130706433/", "no usual address"),
        ("https://0x7f000001/", "no usual address"),
        ("https://0x7f.0.0.1/", "no usual address"),
        ("https://0177.0.0.1/", "no usual address"),
        ("https://127.1/", "no usual address"),
        ("https://127.0.0.1.:443/x/../y?z#q", "has a fragment"),
        ("https://[fe80::1%25eth0]/", "no usual address"),
        ("https://exa_mple..com/", "has a host that is no name"),
        ("https://exam!ple.com/", "has a host that is no name"),
        ("https://example.com/ö", "letters in its path"),
        ("https://example.com/" + "x" * 2_000, "send at most 2000"),
    ],
)
def test_a_url_of_an_evil_form_is_refused(url: str, words: str) -> None:
    with pytest.raises(TargetRefused, match=words):
        parse_target(url)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "192.0.2.1",
        "198.18.0.1",
        "240.0.0.1",
        "::1",
        "::",
        "fe80::1",
        "fc00::1",
        "ff02::1",
        "2001:db8::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "::127.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a00:1",
        "64:ff9b:1::a9fe:a9fe",
        "2002:7f00:1::",
        "2002:a00:1::1",
        "fec0::1",
        "3fff::1",
        "2606:4700::5efe:7f00:1",
    ],
)
def test_an_address_that_is_not_public_is_refused_however_it_is_found(address: str) -> None:
    named = parse_target("https://example.com/hook")
    with pytest.raises(TargetRefused, match="which is not public"):
        checked_address(named, (), lambda host, port: resolving(address))
    with pytest.raises(TargetRefused, match="which is not public"):
        checked_address(named, (), lambda host, port: resolving("93.184.215.14", address))
    shown = f"[{address}]" if ":" in address else address
    with pytest.raises(TargetRefused, match="which is not public"):
        checked_address(parse_target(f"https://{shown}/"), ())


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c", "64:ff9b::5db8:d70e"])
def test_a_public_address_is_taken_over_https_only(address: str) -> None:
    assert checked_address(parse_target("https://example.com/"), (), lambda host, port: resolving(address)) == address
    with pytest.raises(TargetRefused, match="send an https URL"):
        checked_address(parse_target("http://example.com/"), (), lambda host, port: resolving(address))


def test_networks_that_the_operator_allows_are_taken_and_no_others() -> None:
    target = parse_target("http://intranet.example/hook")
    allowed = (ip_network("10.0.0.0/8"), ip_network("::1/128"))
    for address in ("10.1.2.3", "::ffff:10.1.2.3", "::1"):
        assert checked_address(target, allowed, lambda host, port, found=address: resolving(found)) == address  # type: ignore[misc]
    with pytest.raises(TargetRefused):
        checked_address(target, allowed, lambda host, port: resolving("10.1.2.3", "192.168.0.1"))


def test_a_name_that_leads_nowhere_is_refused() -> None:
    def failing(host: str, port: int) -> Sequence[str]:
        raise socket.gaierror("not known")

    with pytest.raises(TargetRefused, match="cannot be resolved"):
        checked_address(parse_target("https://nowhere.example/"), (), failing)
    with pytest.raises(TargetRefused, match="has no address"):
        checked_address(parse_target("https://nowhere.example/"), (), lambda host, port: resolving())


@pytest.mark.parametrize(
    ("url", "host", "authority", "port"),
    [
        ("https://Example.COM./hook?a=1", "example.com", "example.com", 443),
        ("https://müller.example/", "xn--mller-kva.example", "xn--mller-kva.example", 443),
        ("http://[2606:2800::1]:8080/", "2606:2800::1", "[2606:2800::1]:8080", 8080),
        ("https://①②⑦.⓪.⓪.①/", "127.0.0.1", "127.0.0.1", 443),
    ],
)
def test_a_host_has_one_form(url: str, host: str, authority: str, port: int) -> None:
    target = parse_target(url)
    assert (target.host, target.authority, target.port) == (host, authority, port)


def send(receiver: Receiver, url: str, *answers: str) -> str:
    """Send a message to a name that leads to these addresses, one after another, and return the problem."""
    found = iter(answers)
    sender = Sender(url, LOOPBACK, lambda host, port: [next(found)])
    answer = sender.send({"webhook-id": "msg"}, b"{}")
    sender.close()
    return answer.problem or str(answer.status)


def test_the_address_that_was_checked_is_the_one_connected_to() -> None:
    """A name whose second look-up would lead elsewhere is looked up once, and the other side is told the name."""
    with receiving() as receiver:
        url = receiver.address.replace("127.0.0.1", "changing.example")
        assert send(receiver, url, "127.0.0.1", "10.0.0.1") == "200"
        assert receiver.got[0].headers["host"] == url.split("/")[2]
        assert "not public" in send(receiver, url, "10.0.0.1", "127.0.0.1")
    assert len(receiver.got) == 1


def test_no_redirect_is_followed() -> None:
    with receiving() as receiver, receiving() as elsewhere:
        receiver.answer = lambda _: (302, {"Location": elsewhere.address}, b"")
        assert send(receiver, receiver.address, "127.0.0.1") == "302"
        assert elsewhere.got == []


def test_little_of_a_huge_answer_is_read() -> None:
    with receiving() as receiver:
        receiver.answer = lambda _: (200, {"Content-Length": str(10**12)}, b"x" * 200_000)
        sender = Sender(receiver.address, LOOPBACK, lambda host, port: ["127.0.0.1"])
        answer = sender.send({"webhook-id": "msg"}, b"{}")
        sender.close()
    assert (answer.status, answer.text) == (200, "x" * 500)


def test_an_answer_that_never_ends_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexer.webhooks.sending.ATTEMPT_SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/"
        sender = Sender(url, LOOPBACK, lambda host, port: ["127.0.0.1"])
        answer = sender.send({"webhook-id": "msg"}, b"{}")
    assert answer.status is None
    assert answer.took_ms < 5_000


def test_a_handshake_that_never_ends_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each byte of a handshake comes in time, the handshake as a whole does not."""
    monkeypatch.setattr("indexer.webhooks.sending.CONNECT_SECONDS", 0.3)
    stop = Event()

    def drip(server: socket.socket) -> None:
        other, _ = server.accept()
        with other, suppress(OSError):
            other.sendall(b"\x16\x03\x03\x40\x00")  # a record of 16 kB is announced
            while not stop.wait(0.1):
                other.sendall(b"\x02")

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=drip, args=(server,))
        thread.start()
        url = f"https://slow.example:{server.getsockname()[1]}/"
        threading.Timer(8, stop.set).start()
        answer = Sender(url, LOOPBACK, lambda host, port: ["127.0.0.1"]).send({"webhook-id": "msg"}, b"{}")
        was_stopped = stop.is_set()
        stop.set()
        thread.join()
    assert answer.status is None
    assert not was_stopped


def test_an_answer_has_all_of_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexer.webhooks.sending.CONNECT_SECONDS", 0.2)
    with receiving() as receiver:
        receiver.answer = lambda _: (Event().wait(0.6), (200, {}, b""))[1]
        assert send(receiver, receiver.address, "127.0.0.1") == "200"


def test_a_kept_connection_that_hangs_is_not_asked_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("indexer.webhooks.sending.ATTEMPT_SECONDS", 0.3)
    monkeypatch.setattr("indexer.webhooks.sending.QUICK_SECONDS", 0.2)
    release = Event()
    with receiving() as receiver:
        receiver.answer = lambda got: (got.id == "two" and release.wait(10), (200, {}, b""))[1]
        sender = Sender(receiver.address, LOOPBACK, lambda host, port: ["127.0.0.1"])
        assert sender.send({"webhook-id": "one"}, b"{}").is_ok
        assert sender.send({"webhook-id": "two"}, b"{}").status is None
        release.set()
        assert receiver.ids() == ["one", "two"]
