"""A slice of what is known about experiments: up to a moment, and by which transactions. Its text is what a deep link cites."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.utils.dateparse import parse_datetime

from smplat.snapshots import Snapshot, read_snapshot, take_snapshot

# Between the moment and the snapshot; neither has it, and no address escapes it.
_BETWEEN = "~"
# An offset's plus that nobody escaped arrives as a space.
_UNESCAPED = re.compile(r"(T\S+) (\d\d:?\d\d)$")


@dataclass(frozen=True)
class Slice:
    """Recorded until `known_at`, by transactions that had ended by the snapshot: the same rows whenever it is read."""

    known_at: datetime
    snapshot: Snapshot

    # The same as a condition of SQL over experiment segments, with its parameters.
    SQL = f"recorded_at <= %(known_at)s AND {Snapshot.SQL}"

    @property
    def parameters(self) -> dict[str, Any]:
        """What `SQL` takes."""
        return {"known_at": self.known_at, **self.snapshot.parameters}

    def __str__(self) -> str:
        moment = self.known_at.astimezone(UTC).isoformat().replace("+00:00", "Z")
        return f"{moment}{_BETWEEN}{self.snapshot}"


def slice_of(known_at: datetime) -> Slice:
    """What is known of that moment now; citing the slice keeps it."""
    return Slice(known_at, take_snapshot())


def read_slice(text: str) -> Slice | None:
    """The slice that a text cites, None when it cites none. A moment without a snapshot is read as known of it now."""
    moment_text, has_snapshot, snapshot_text = text.partition(_BETWEEN)
    moment = _read_moment(moment_text)
    if moment is None or not has_snapshot:
        return slice_of(moment) if moment else None
    snapshot = read_snapshot(snapshot_text)
    return Slice(moment, snapshot) if snapshot else None


def _read_moment(text: str) -> datetime | None:
    """A moment in ISO 8601; naive ones are UTC."""
    try:
        moment = parse_datetime(_UNESCAPED.sub(r"\1+\2", text))
    except ValueError:
        return None
    return moment.replace(tzinfo=moment.tzinfo or UTC) if moment else None
