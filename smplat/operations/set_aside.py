"""Rows that a sweep could not decide about: set aside with the reason, so that they hold up nobody, and tried again later."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Protocol, TypeVar
from uuid import UUID

import structlog
from django.db.models import Exists, Model, OuterRef, QuerySet
from django.urls import reverse

from smplat.bulk_rows import among
from smplat.isolation import Broken, Isolated, isolate
from smplat.operations.models import SetAside
from smplat.operations.redaction import describe_error

log = structlog.get_logger(__name__)

# Doubled with each failure: what a deployment repairs is soon tried again, and a row that stays broken costs little.
FIRST_PAUSE: Final = timedelta(minutes=5)
LONGEST_PAUSE: Final = timedelta(hours=1)
# Its time came so long ago and no sweep has met it: it is not due any more.
OVER_AFTER: Final = timedelta(hours=1)


@dataclass(frozen=True)
class Subject:
    """A row that a sweep decides about, as operators know it."""

    id: UUID
    name: str
    # URL name and argument of the page that shows it.
    page: tuple[str, UUID]


class Decidable(Protocol):
    """What is decided about as one: a row, or several."""

    @property
    def subjects(self) -> Sequence[Subject]:
        """Those rows."""


Row = TypeVar("Row", bound=Model)
Item = TypeVar("Item", bound=Decidable)
Result = TypeVar("Result")


def decide_all(
    decide: Callable[[Sequence[Item]], Result], *, items: Sequence[Item], sweep: str, now: datetime
) -> Isolated[Item, Result]:
    """Decide about everything a sweep has claimed, in its transaction, and set aside what cannot be decided about.

    Args:
        decide: decides about a part of the items and writes what follows.
        items: what the sweep holds.
        sweep: the name of the schedule that sends it.
        now: the present moment.

    Raises:
        Exception: the error of `decide`, when it is not that of single rows (smplat.isolation).
    """
    ids = [subject.id for one in items for subject in one.subjects]
    known = {row.subject_id: row for row in among(SetAside.objects.filter(sweep=sweep), "subject_id", ids)}
    suspects = [one for one in items if known and any(subject.id in known for subject in one.subjects)]
    found = isolate(decide, items=[one for one in items if one not in suspects], suspects=suspects)
    broken = {subject.id for one in found.broken for subject in one.item.subjects}
    SetAside.objects.filter(pk__in=[row.pk for row in known.values() if row.subject_id not in broken]).delete()
    if found.broken:
        SetAside.objects.filter(sweep=sweep, retry_at__lt=now - OVER_AFTER).delete()
    for one in found.broken:
        _set_aside(one, known=known, sweep=sweep, now=now)
    return found


def not_set_aside(rows: QuerySet[Row], *, sweep: str, now: datetime) -> QuerySet[Row]:
    """Without those that the sweep does not try again yet."""
    waiting = SetAside.objects.filter(sweep=sweep, subject_id=OuterRef("pk"), retry_at__gt=now)
    return rows.filter(~Exists(waiting))


def list_set_aside(*, now: datetime) -> QuerySet[SetAside]:
    """What waits aside, the longest first; without what was never met again and so is not due any more."""
    return SetAside.objects.filter(retry_at__gte=now - OVER_AFTER).order_by("since", "id")


def find_set_aside(subject_id: UUID, *, sweep: str, now: datetime) -> SetAside | None:
    """Whether and why this row waits aside."""
    return list_set_aside(now=now).filter(sweep=sweep, subject_id=subject_id).first()


def explain_set_aside(row: SetAside) -> list[str]:
    """The lines that a command says about it."""
    return [
        f"Set aside since {row.since:%Y-%m-%d %H:%M:%S}: {row.reason}",
        f"  failed {row.times} times, tried again at {row.retry_at:%Y-%m-%d %H:%M:%S}",
    ]


def _set_aside(broken: Broken[Any], *, known: Mapping[UUID, SetAside], sweep: str, now: datetime) -> None:
    reason = describe_error(broken.error)
    for subject in broken.item.subjects:
        row = known.get(subject.id) or SetAside(sweep=sweep, subject_id=subject.id, since=now, times=0, retry_at=now)
        if row.retry_at > now:
            # Another sweep has set it aside between our claim and this moment.
            continue
        row.name, row.path, row.reason = subject.name, _path_of(subject), reason
        row.times += 1
        row.last_failed_at = now
        row.retry_at = now + min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(row.times - 1, 16))
        row.save()
        log.error("sweep_set_aside", sweep=sweep, subject=row.name, times=row.times, exc_info=broken.error)


def _path_of(subject: Subject) -> str:
    url_name, argument = subject.page
    return reverse(url_name, args=[argument])
