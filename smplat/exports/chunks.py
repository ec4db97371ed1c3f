"""Rows a chunk at a time: enough to make a round trip cheap, few enough to stay below a few MiB."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final, TypeVar

Item = TypeVar("Item")

CHUNK_ROWS: Final = 2_000


def in_chunks(items: Iterable[Item], *, rows: int) -> Iterator[list[Item]]:
    """Lists of so many items, the last with what is left; none is empty."""
    left = iter(items)
    while chunk := list(islice(left, rows)):
        yield chunk
