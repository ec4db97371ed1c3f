"""API keys as values: how a secret is made, hashed and compared, and who a caller is."""

import hashlib
import secrets
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

# 32 random bytes: guessing is hopeless, so one fast hash suffices and no salt is needed.
SECRET_BYTES: Final = 32
# How much of a key the console shows, so that people can tell keys apart.
PREFIX_LENGTH: Final = 11


class KeyKind(StrEnum):
    """Whether a key may be seen by the public."""

    SECRET = "secret"  # noqa: S105 - lives on servers only
    PUBLISHABLE = "publishable"  # stands in a page's source: write-only, bound to origins


MARKS: Final = {KeyKind.SECRET: "sk_", KeyKind.PUBLISHABLE: "pk_"}


@dataclass(frozen=True, slots=True)
class Caller:
    """Who a request comes from, by its API key."""

    client_id: int | None  # None: the key of the environment, or nobody (see `key_id` and `scopes`)
    client_name: str
    key_id: int | None
    is_publishable: bool
    scopes: frozenset[str]
    allowed_origins: tuple[str, ...]


# A request without a key on a route that is open to everyone.
NOBODY: Final = Caller(
    client_id=None,
    client_name="",
    key_id=None,
    is_publishable=False,
    scopes=frozenset(),
    allowed_origins=(),
)


def generate_key(kind: KeyKind) -> str:
    """A fresh plaintext key; its mark says what kind it is and lets secret scanners find leaked ones."""
    return MARKS[kind] + secrets.token_urlsafe(SECRET_BYTES)


def hash_key(key: str) -> str:
    """What is stored of a key: SHA-256 in hex."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
