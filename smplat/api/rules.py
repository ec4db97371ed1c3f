"""What makes an API key acceptable, decided without a database."""

import re
from collections.abc import Iterable
from typing import Final

from smplat.api.keys import KeyKind
from smplat.api.scopes import PUBLISHABLE_SCOPES, Scope
from smplat.errors import Invalid

DEFAULT_PORTS: Final = {"http": 80, "https": 443}
# Pages under development are served without TLS, from the developer's own machine only.
LOCAL_HOSTS: Final = frozenset({"localhost", "127.0.0.1", "[::1]"})
MAX_PORT: Final = 65_535
_ORIGIN: Final = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9]([a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(:(?P<port>\d{1,5}))?/?"
)


class BadOrigin(Invalid):
    """An origin is scheme and host, for example https://shop.example.com."""

    code = "bad-origin"


class BadKeyFacts(Invalid):
    """This combination of kind, scopes and origins makes no key."""

    code = "bad-api-key"


def normalise_origin(text: str) -> str:
    """The origin as browsers send it: lower case, no default port, no path.

    Raises:
        BadOrigin: not an http(s) origin, or http for a host that is not this machine.
    """
    match = _ORIGIN.fullmatch(text.strip().lower())
    if match is None or int(match["port"] or 0) > MAX_PORT:
        raise BadOrigin(field="allowed_origins")
    scheme, host, port = match["scheme"], match["host"], int(match["port"] or DEFAULT_PORTS[match["scheme"]])
    if scheme == "http" and host not in LOCAL_HOSTS:
        raise BadOrigin("An origin must use https, except on localhost.", field="allowed_origins")
    return f"{scheme}://{host}" + ("" if port == DEFAULT_PORTS[scheme] else f":{port}")


def check_key_facts(*, kind: KeyKind, scopes: Iterable[str], origins: Iterable[str]) -> None:
    """Raise BadKeyFacts unless such a key may exist; the database holds the same rules as constraints."""
    granted = set(scopes)
    if not granted:
        raise BadKeyFacts("A key needs at least one scope.", field="scopes")
    if unknown := granted - set(Scope.values):
        raise BadKeyFacts(f"Unknown scope {min(unknown)}.", field="scopes")
    if kind is KeyKind.SECRET:
        if any(origins):
            raise BadKeyFacts("Only a publishable key has origins.", field="allowed_origins")
        return
    if refused := granted - PUBLISHABLE_SCOPES:
        raise BadKeyFacts(f"A publishable key cannot have {min(refused)}: everyone can read it.", field="scopes")
    if not any(origins):
        raise BadKeyFacts("A publishable key needs at least one origin.", field="allowed_origins")
