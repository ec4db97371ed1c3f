"""Recorded storefront traffic, one request a line (docs/replay.md describes the format)."""

import gzip
import hashlib
import sys
import zlib
from base64 import b64decode
from binascii import Error as NotBase64
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid5

import msgspec

from analytics.storefront.wire import BATCH_PATH, NDJSON

# Ids of replayed requests live under this name, so that the same line has the same id on every machine.
REPLAY_NAMESPACE = UUID("5b3f7c1e-9a53-5d0f-8a0d-6a3b8d2f41c7")
# These describe one connection, or are the replaying client's own.
OWN_HEADERS = frozenset({"x-api-key", "host", "content-length", "connection", "transfer-encoding", "accept-encoding"})
STANDARD_INPUT = "-"


@dataclass(frozen=True, slots=True)
class RecordedRequest:
    """One line of a recording."""

    place: str  # file and line number, for messages
    source_id: UUID  # the same for the same line in every replay
    at: datetime | None
    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes  # as recorded
    is_json: bool  # False: bytes that are passed on as they are


@dataclass(frozen=True, slots=True)
class Survey:
    """What a recording holds, read before it is played."""

    lines: int
    newest_at: datetime | None


class _Line(msgspec.Struct):
    path: str
    method: str = "POST"
    at: datetime | None = None
    headers: dict[str, str] = {}
    body: msgspec.Raw = msgspec.Raw()
    body_base64: str | None = None


@dataclass(slots=True)
class SourceIds:
    """Gives every line an id made of its text, and of how often that text came before: exact repeats stay two events."""

    seen: Counter[bytes] = field(default_factory=Counter)

    def next_id(self, line: bytes) -> UUID:
        digest = hashlib.sha256(line).digest()[:16]
        repeat = self.seen[digest]
        self.seen[digest] += 1
        return uuid5(REPLAY_NAMESPACE, f"{digest.hex()}:{repeat}")


def read_recordings(files: Sequence[str]) -> Iterator[RecordedRequest]:
    """Every request of `files` in their order.

    A line that is no request (a recording cut off in mid-line) is handed to the batch endpoint as it stands: there it is
    quarantined with its bytes instead of being lost here.
    """
    ids = SourceIds()
    for file in files:
        for number, line in _numbered_lines(file):
            yield parse_line(line, place=f"{file}:{number}", source_id=ids.next_id(line))


def survey_recordings(files: Sequence[str]) -> Survey:
    """Count lines and find the newest moment, holding nothing in memory."""
    lines, newest = 0, None
    for file in files:
        for _, line in _numbered_lines(file):
            lines += 1
            at = parse_line(line, place=file, source_id=REPLAY_NAMESPACE).at
            newest = at if newest is None or (at is not None and at > newest) else newest
    return Survey(lines=lines, newest_at=newest)


def parse_line(line: bytes, *, place: str, source_id: UUID) -> RecordedRequest:
    """One line as a request."""
    try:
        recorded = msgspec.json.decode(line, type=_Line)
        body, is_json = _body_of(recorded)
    except (msgspec.DecodeError, UnicodeDecodeError, NotBase64):
        return RecordedRequest(
            place, source_id, None, "POST", BATCH_PATH, (("Content-Type", NDJSON),), line, is_json=False
        )
    at = recorded.at
    return RecordedRequest(
        place=place,
        source_id=source_id,
        at=at.replace(tzinfo=UTC) if at and at.tzinfo is None else at,
        method=recorded.method.upper(),
        path=recorded.path,
        headers=_kept_headers(recorded.headers.items()),
        body=body,
        is_json=is_json,
    )


def _body_of(recorded: _Line) -> tuple[bytes, bool]:
    if recorded.body_base64 is not None:
        return b64decode(recorded.body_base64, validate=True), False
    body = bytes(recorded.body)
    if body.startswith(b'"'):
        return msgspec.json.decode(body, type=str).encode(), False
    return body, True


def _kept_headers(headers: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in headers if name.lower() not in OWN_HEADERS)


def _numbered_lines(file: str) -> Iterator[tuple[int, bytes]]:
    """Lines that hold something, with their number in the file."""
    if file == STANDARD_INPUT:
        yield from _filled(sys.stdin.buffer)
    elif Path(file).suffix == ".gz":
        with gzip.open(file) as compressed:
            try:
                yield from _filled(compressed)
            except (EOFError, zlib.error) as broken:
                raise OSError(f"{file} is cut off or damaged ({broken})") from broken
    else:
        with Path(file).open("rb") as plain:
            yield from _filled(plain)


def _filled(lines: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    for number, line in enumerate(lines, start=1):
        if text := line.strip():
            yield number, text
