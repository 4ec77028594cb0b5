"""The server as a real process: it serves, stops at once when told to, and has its data when it starts again."""

import itertools
import json
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import quote

import pytest
from click.testing import Result

from service.streaming import MAX_CLIENTS
from tests.support.process import Server, free_port

Run = Callable[..., Result]

CITY = {"property": "city", "value": "Rome"}
START_SECONDS = 30.0
STOP_SECONDS = 10.0


@contextmanager
def serving(folder: Path, data: Path, stop_signal: signal.Signals = signal.SIGTERM) -> Iterator[tuple[Server, str]]:
    port = free_port()
    program = [sys.executable, "-c", "from service.cli import main; main()"]
    command = [*program, "serve", "--port", str(port), "--data", str(data)]
    server = Server("contacts serve", command, folder / f"serve-{port}.log", stop_signal)
    address = f"http://127.0.0.1:{port}"
    try:
        server.wait_ready(lambda: answers(f"{address}/healthz"), START_SECONDS)
        yield server, address
    finally:
        server.stop()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, str]]:
    """A server on a data folder of its own, and its address."""
    folder = tmp_path_factory.mktemp("serving")
    with serving(folder, folder / "data") as server:
        yield server


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as answer:
            return bool(answer.status == 200)
    except (URLError, ConnectionError):
        return False


def fetch(url: str, body: object = None) -> dict[str, object]:
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=5) as answer:
        parsed: dict[str, object] = json.load(answer)
    return parsed


def exchange(address: str, request: str) -> str:
    """Return what the server answers to bytes that no client of the standard library would send."""
    with socket.create_connection(("127.0.0.1", int(address.rpartition(":")[2])), timeout=5) as connection:
        connection.sendall(request.encode())
        with connection.makefile(encoding="utf-8", newline="") as answer:
            return answer.read()


@pytest.mark.parametrize("stop_signal", [signal.SIGINT, signal.SIGTERM])
def test_what_was_written_is_there_after_a_stop_and_a_start(
    run: Run, environment: Path, tmp_path: Path, stop_signal: signal.Signals
) -> None:
    run("portals", "create")
    key = run("keys", "create").stdout.strip()
    path = "/contacts/v1/contact"
    with serving(tmp_path, environment, stop_signal) as (server, address):
        body = {"properties": [{"property": "email", "value": "ada@x.example"}]}
        vid = fetch(f"{address}{path}?hapikey={key}", body)["vid"]
        server.process.send_signal(stop_signal)
        assert server.process.wait(STOP_SECONDS) == 0
    with serving(tmp_path, environment) as (_, address):
        found = fetch(f"{address}{path}/email/ada@x.example/profile?hapikey={key}")
    assert found["vid"] == vid


def test_letters_in_an_address_may_stand_unescaped(run: Run, environment: Path, tmp_path: Path) -> None:
    run("portals", "create")
    key = run("keys", "create").stdout.strip()
    path = f"/contacts/v1/contact/createOrUpdate/email/jörg@x.example?hapikey={key}"
    with serving(tmp_path, environment) as (_, address):
        first = fetch(f"{address}{quote(path, safe='/?=@')}", {"properties": []})
        second = exchange(address, f"POST {path} HTTP/1.0\r\nContent-Length: 17\r\n\r\n" + '{"properties":[]}')
    assert json.loads(second.partition("\r\n\r\n")[2]) == {"vid": first["vid"], "isNew": False}


def test_the_server_tells_its_address_and_logs_no_requests(running: tuple[Server, str]) -> None:
    server, address = running
    fetch(f"{address}/healthz")
    assert server.log.read_text() == f"listening at {address} (Ctrl-C stops)\n"


def test_a_taken_port_is_wrong_use(run: Run, running: tuple[Server, str]) -> None:
    result = run("serve", "--port", running[1].rpartition(":")[2])
    assert result.exit_code == 2
    assert "choose another --host or --port" in result.stderr


def test_the_embedded_set_up_is_one_process_with_threads(running: tuple[Server, str]) -> None:
    command = ["ps", "-o", "nlwp=", "--ppid", str(running[0].process.pid)]
    threads = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    assert len(threads) == 1
    assert int(threads[0]) > 1


def test_clients_that_follow_the_feed_hold_up_no_request(run: Run, environment: Path, tmp_path: Path) -> None:
    run("portals", "create")
    key = run("keys", "create").stdout.strip()
    with serving(tmp_path, environment) as (server, address), ExitStack() as stack:
        stream = f"{address}/alerts/v1/stream?hapikey={key}"
        streams = [stack.enter_context(urllib.request.urlopen(stream, timeout=5)) for _ in range(MAX_CLIENTS)]
        with pytest.raises(HTTPError) as refused:
            urllib.request.urlopen(stream, timeout=5)
        with refused.value as answer:
            assert answer.code == 503
        list_id = fetch(f"{address}/contacts/v1/lists?hapikey={key}", {"name": "All", "dynamic": False})["listId"]
        vid = fetch(f"{address}/contacts/v1/contact?hapikey={key}", {"properties": [CITY]})["vid"]
        fetch(f"{address}/contacts/v1/lists/{list_id}/add?hapikey={key}", {"vids": [vid]})
        for told in streams:
            assert b"event: JOIN\n" in itertools.islice(told, 20)
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(STOP_SECONDS) == 0
