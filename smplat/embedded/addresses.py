"""What a client needs to know of the embedded servers."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Addresses:
    """Where the embedded servers listen."""

    database_url: str
    redis_url: str
