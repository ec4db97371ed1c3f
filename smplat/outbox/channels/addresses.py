"""Where a webhook may go: addresses are read strictly, and only the public internet is reached."""

import ipaddress
import re
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

MAX_URL_LENGTH = 500
# Visible ASCII without characters that some parser reads differently; others travel percent-encoded.
ADDRESS = re.compile(r"https?://[A-Za-z0-9.\-:\[\]]+(?:/[!$-;=?-\[\]_a-z~%]*)?(?:\?[!$-;=?-\[\]_a-z~%]*)?\Z")
LABEL = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)\Z")
# Addresses of IPv6 that carry an address of IPv4 inside, which is then the one that counts.
NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class AddressRefused(ValueError):
    """The address of a webhook must be https, with a plain host name, and lead to the public internet."""


@dataclass(frozen=True)
class Target:
    """A checked address, taken apart."""

    is_tls: bool
    host: str
    port: int
    # Path and query as they go into the request line.
    path: str


def parse_address(url: str, *, allow_private: bool) -> Target:
    """Take a webhook address apart, strictly: what two parsers could read differently is refused.

    Plain http is for private networks only.

    Raises:
        AddressRefused: says what is wrong.
    """
    if len(url) > MAX_URL_LENGTH or not ADDRESS.match(url) or "\\" in url:
        raise AddressRefused(
            "Write a plain address such as https://example.com/hooks; other characters as %XX or xn--."
        )
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise AddressRefused("The host or port of the address makes no sense.") from None
    host = (parts.hostname or "").lower()
    _check_host(host)
    is_tls = parts.scheme == "https"
    if not is_tls and not allow_private:
        raise AddressRefused("The address must start with https://.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(is_tls, host, port if port is not None else (443 if is_tls else 80), path)


def _check_host(host: str) -> None:
    if ":" in host:
        try:
            ipaddress.IPv6Address(host)
        except ValueError:
            raise AddressRefused("The IPv6 address makes no sense.") from None
        return
    labels = host.split(".")
    if len(host) > 253 or not all(LABEL.match(label) for label in labels):
        raise AddressRefused("The host is not a name like example.com.")
    _check_punycode(host)
    # A last label of digits means IPv4, which has odd spellings (0x7f.1, 127.1): only the usual one passes.
    if labels[-1].isdigit() or labels[-1].startswith("0x"):
        try:
            ipaddress.IPv4Address(host)
        except ValueError:
            raise AddressRefused("Write an IPv4 address as four numbers.") from None


def _check_punycode(host: str) -> None:
    """A label beginning with xn-- must stand for another script, or nobody agrees on what it names."""
    try:
        scripts = [label.encode().decode("idna") for label in host.split(".") if label.startswith("xn--")]
    except UnicodeError:
        scripts = [""]
    if any(not script or script.isascii() for script in scripts):
        raise AddressRefused("A part of the host begins with xn-- and is not valid punycode.")


def is_public(address: IPAddress) -> bool:
    """Whether an address is on the public internet: not private, loopback, link-local, shared, reserved or multicast."""
    inner = _ipv4_inside(address)
    if inner is not None:
        return is_public(inner)
    return address.is_global and not address.is_multicast and not address.is_reserved


def connect(target: Target, *, allow_private: bool, timeout_seconds: float) -> socket.socket:
    """Resolve, check and connect; the address checked is the very address connected to, so no second answer counts.

    Raises:
        AddressRefused: every address of the host is one we do not go to.
        OSError: the name is unknown, or nobody answers.
    """
    found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    allowed = [entry for entry in found if allow_private or is_public(ipaddress.ip_address(entry[4][0]))]
    # One private answer among public ones is an attempt to get in, or a mistake; either way it is not used at all.
    if len(allowed) < len(found):
        raise AddressRefused("The host resolves to an address that is not on the public internet.")
    return _connect_first(allowed, until=time.monotonic() + timeout_seconds, timeout_seconds=timeout_seconds)


def _connect_first(found: Sequence[Any], *, until: float, timeout_seconds: float) -> socket.socket:
    """A connection to the first address that answers, in the time that all of them have together."""
    problem: OSError = OSError("the host has no address")
    for family, kind, protocol, _, address in found:
        left = until - time.monotonic()
        if left <= 0:
            break
        connection = socket.socket(family, kind, protocol)
        connection.settimeout(left)
        try:
            connection.connect(address)
        except OSError as error:
            connection.close()
            problem = error
        else:
            connection.settimeout(timeout_seconds)
            return connection
    raise problem


def _ipv4_inside(address: IPAddress) -> ipaddress.IPv4Address | None:
    if isinstance(address, ipaddress.IPv4Address):
        return None
    if address in NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo[1] if address.teredo else None
    return address.ipv4_mapped or address.sixtofour or teredo
