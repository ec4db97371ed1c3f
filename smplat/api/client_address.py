"""Which address a request really comes from."""

from ipaddress import IPv6Address, IPv6Network, ip_address
from typing import Final

from django.conf import settings
from django.http import HttpRequest

# One household or server holds a whole /64 of IPv6: throttling single addresses of it would throttle nobody.
IPV6_SITE_BITS: Final = 64


def client_address(request: HttpRequest) -> str:
    """The address of the client: the peer, or what the outermost trusted proxy saw.

    With TRUSTED_PROXY_COUNT = n the n-th entry from the right of X-Forwarded-For was written by a proxy of ours.
    Everything left of it is the client's own claim and ignored; a shorter list did not pass all our proxies, so the
    peer counts.
    """
    peer = str(request.META.get("REMOTE_ADDR") or "")
    proxies = settings.TRUSTED_PROXY_COUNT
    if not proxies:
        return peer
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    if len(hops) < proxies:
        return peer
    return hops[-proxies] if _is_address(hops[-proxies]) else peer


def throttle_identity(address: str) -> str:
    """What is counted for an address: itself, or for IPv6 its /64 network."""
    if not _is_address(address):
        return "unknown"
    parsed = ip_address(address)
    if isinstance(parsed, IPv6Address) and parsed.ipv4_mapped is None:
        return str(IPv6Network((parsed, IPV6_SITE_BITS), strict=False))
    return address


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
