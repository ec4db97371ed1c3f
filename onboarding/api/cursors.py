"""Where a page of a report starts: our own opaque cursors, and what earlier clients send in their place."""

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from django.utils.dateparse import parse_datetime

from smplat.api.pagination import decode_cursor

# An offset's plus that nobody escaped arrives as a space.
_UNESCAPED = re.compile(r"(T\S+) (\d\d:?\d\d)$")
_MARK = "conversions"


@dataclass(frozen=True)
class ConversionSlice:
    """What was known at a moment, from the experiment after this one on; an empty slug: from the top."""

    known_at: datetime
    after_slug: str = ""


def read_events_cursor(text: str) -> tuple[tuple[datetime, UUID] | None, datetime | None]:
    """A keyset position, or a moment that all records are older than.

    Raises:
        ValidationFailed: it is neither.
    """
    moment = read_moment(text)
    return (None, moment) if moment else (decode_cursor(text), None)


def read_conversion_cursor(text: str, *, now: datetime) -> ConversionSlice:
    """The slice that a cursor names: a moment, a place within a slice, or an experiment in the live ranking."""
    moment = read_moment(text)
    if moment:
        return ConversionSlice(min(moment, now))
    return _decode(text) or ConversionSlice(now, after_slug=text)


def write_conversion_cursor(place: ConversionSlice) -> str:
    """The place after an experiment in a slice; what is recorded meanwhile moves nobody in it."""
    plain = f"{_MARK} {place.known_at.isoformat()} {place.after_slug}"
    return base64.urlsafe_b64encode(plain.encode()).decode().rstrip("=")


def read_moment(text: str) -> datetime | None:
    """A moment in ISO 8601; naive ones are UTC. None when it is something else."""
    try:
        moment = parse_datetime(_UNESCAPED.sub(r"\1+\2", text))
    except ValueError:
        return None
    return moment.replace(tzinfo=moment.tzinfo or UTC) if moment else None


def _decode(text: str) -> ConversionSlice | None:
    try:
        plain = base64.b64decode(f"{text}{'=' * (-len(text) % 4)}", altchars=b"-_", validate=True).decode()
        mark, moment, slug = plain.split(" ", 2)
        known_at = datetime.fromisoformat(moment)
    except (binascii.Error, ValueError):
        return None
    return ConversionSlice(known_at, slug) if mark == _MARK and known_at.tzinfo and slug else None
