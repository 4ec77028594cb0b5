"""Where webhooks may go: to the public internet, and to networks that the operator allows.

A name is resolved, every address is checked, and the address that was checked is the one connected to; otherwise a name
could lead elsewhere by the time of the connection (DNS rebinding).
"""

import ipaddress
import re
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import idna

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network
Resolver = Callable[[str, int], Sequence[str]]
"""Takes host and port and returns addresses; raises OSError where there are none."""

MAX_URL = 2_000
_PORTS = {"http": 80, "https": 443}
_NUMBER = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)", re.IGNORECASE)
_CARRIERS: tuple[tuple[ipaddress.IPv6Network, int], ...] = (
    (ipaddress.IPv6Network("64:ff9b::/96"), 0),
    (ipaddress.IPv6Network("64:ff9b:1::/48"), 0),
    (ipaddress.IPv6Network("::/96"), 0),
    (ipaddress.IPv6Network("2002::/16"), 80),
)
"""IPv6 networks whose addresses carry an IPv4 address (RFC 6052, 8215, 4291, 3056), and how far from their end."""

_TUNNELS = frozenset({0x00005EFE, 0x02005EFE})
"""Third quarter of an IPv6 address in any network that carries an IPv4 address at its end (ISATAP, RFC 5214)."""

_NOT_PUBLIC = (ipaddress.IPv6Network("fec0::/10"), ipaddress.IPv6Network("3fff::/20"))
"""Networks that the standard library takes for public: of a site (RFC 3879) and for documentation (RFC 9637)."""


class TargetRefused(Exception):
    """An address to which nothing is sent; the message says why, and what to do."""


@dataclass(frozen=True, slots=True)
class Target:
    """A checked URL: host is a name or an address without brackets, path has its query."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """The value of the header Host."""
        shown = f"[{self.host}]" if ":" in self.host else self.host
        return shown if self.port == _PORTS[self.scheme] else f"{shown}:{self.port}"


def parse_target(url: str) -> Target:
    """Return the parts of a URL that has nothing to hide behind; raises TargetRefused."""
    if len(url) > MAX_URL:
        raise TargetRefused(f"has {len(url)} characters; send at most {MAX_URL}")
    if not url.isprintable() or re.search(r"[\s\\]", url):
        raise TargetRefused("holds a blank, a backslash or a control character; escape it")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise TargetRefused(f"is no URL ({error}); send one such as https://example.com/hook") from None
    if parts.scheme not in _PORTS or not parts.hostname:
        raise TargetRefused("is no http or https URL; send one such as https://example.com/hook")
    if "@" in parts.netloc:
        raise TargetRefused("holds a user or a password; leave them out and check the signature instead")
    if parts.fragment or port == 0:
        raise TargetRefused("has a fragment or the port 0; leave it out")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not path.isascii():
        raise TargetRefused("has letters in its path that are not escaped; escape them")
    return Target(parts.scheme, _host(parts.hostname), port or _PORTS[parts.scheme], path)


def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of a host as the system knows them; raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def checked_address(target: Target, allowed: Sequence[Network], resolver: Resolver = resolve) -> str:
    """Return the address to connect to; raises TargetRefused unless all of the host's addresses may be told."""
    try:
        found = list(resolver(target.host, target.port))
    except (OSError, UnicodeError) as error:
        raise TargetRefused(f"{target.host} cannot be resolved ({error}); correct the name") from None
    if not found:
        raise TargetRefused(f"{target.host} has no address; correct the name")
    addresses = [_read(text) for text in found]
    public = all(is_public(address) for address in addresses)
    listed = all(_is_listed(address, allowed) for address in addresses)
    if not (public or listed):
        raise TargetRefused(
            f"{target.host} leads to {', '.join(found)}, which is not public; the operator can allow networks with "
            "CONTACTS_WEBHOOK_ALLOW"
        )
    if target.scheme == "http" and not listed:
        raise TargetRefused("is not encrypted; send an https URL")
    return found[0]


def is_public(address: Address) -> bool:
    """Return whether an address, and the one that it may carry, belongs to the public internet."""
    carried = _carried(address)
    if carried is not None:
        return is_public(carried)
    if any(address in network for network in _NOT_PUBLIC):
        return False
    return address.is_global and not (address.is_multicast or address.is_reserved or address.is_unspecified)


def _carried(address: Address) -> Address | None:
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.teredo is not None:
        return address.teredo[1]
    if (int(address) >> 32) & 0xFFFFFFFF in _TUNNELS:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    for network, shift in _CARRIERS:
        if address in network:
            return ipaddress.IPv4Address((int(address) >> shift) & 0xFFFFFFFF)
    return None


def _is_listed(address: Address, allowed: Sequence[Network]) -> bool:
    forms = [form for form in (address, _carried(address)) if form is not None]
    return any(form in network for form in forms for network in allowed if network.version == form.version)


def _host(text: str) -> str:
    """Return a host in the one form that everybody reads alike; raises TargetRefused for the others."""
    if ":" in text:
        return str(_read(text))
    try:
        host = text if text.isascii() else idna.encode(text.rstrip("."), uts46=True).decode()
    except idna.IDNAError as error:
        raise TargetRefused(f"has a host that is no name ({error}); correct it") from None
    host = host.rstrip(".").lower()
    if _NUMBER.fullmatch(host.rpartition(".")[2]):
        return str(_read(host))
    if not re.fullmatch(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*", host):
        raise TargetRefused("has a host that is no name; correct it")
    return host


def _read(text: str) -> Address:
    """Return an address in its usual form; numbers in other forms are read differently by different programs."""
    try:
        if "%" in text:
            raise ValueError("a zone names an interface of this machine")
        return ipaddress.ip_address(text)
    except ValueError as error:
        raise TargetRefused(
            f"has the host {text}, which is no usual address ({error}); write it as 192.0.2.1"
        ) from None
