"""Where a page of a report starts: our own opaque cursors, and what earlier clients send in their place."""

import base64
import binascii
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from onboarding.slices import Slice, read_slice, slice_of
from smplat.api.pagination import decode_cursor
from smplat.snapshots import Snapshot, read_snapshot, take_snapshot


@dataclass(frozen=True)
class EventsPage:
    """Records of a snapshot: after a keyset position, or strictly older than a moment."""

    snapshot: Snapshot
    after: tuple[datetime, UUID] | None = None
    before: datetime | None = None


@dataclass(frozen=True)
class ConversionsPage:
    """A slice, from the experiment after this one on; an empty slug: from the top."""

    slice: Slice
    after_slug: str = ""


def read_events_cursor(text: str) -> EventsPage:
    """The page after a place, or what was recorded before a moment: of a snapshot that the cursor names, or of now.

    Raises:
        ValidationFailed: it is neither.
    """
    cited = read_slice(text)
    if cited:
        return EventsPage(cited.snapshot, before=cited.known_at)
    place, _, snapshot_text = text.partition("~")
    return EventsPage(read_snapshot(snapshot_text) or take_snapshot(), after=decode_cursor(place))


def read_conversion_cursor(text: str, *, now: datetime) -> ConversionsPage:
    """The page that a cursor names: a slice, a place within one, or an experiment in the live ranking."""
    cited = read_slice(text)
    if cited:
        return ConversionsPage(replace(cited, known_at=min(cited.known_at, now)))
    return _decode(text) or ConversionsPage(slice_of(now), after_slug=text)


def write_conversion_cursor(place: ConversionsPage) -> str:
    """The place after an experiment in a slice; what is recorded meanwhile moves nobody in it."""
    return base64.urlsafe_b64encode(f"{place.slice} {place.after_slug}".encode()).decode().rstrip("=")


def _decode(text: str) -> ConversionsPage | None:
    try:
        plain = base64.b64decode(f"{text}{'=' * (-len(text) % 4)}", altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError):
        return None
    cited, _, slug = plain.partition(" ")
    found = read_slice(cited) if slug else None
    return ConversionsPage(found, slug) if found else None
