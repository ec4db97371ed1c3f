"""Holds: rows that sweeps consult inside their claim, so that nothing goes out about what is held."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from smplat.db import require_transaction
from smplat.errors import Conflict, NotFound
from smplat.operations.models import Hold, HoldScope


@dataclass(frozen=True)
class Subject:
    """Something that can be held."""

    scope: HoldScope
    # The id of the order or provider, or the stage; empty for everything.
    key: str = ""


@dataclass(frozen=True)
class InForce:
    """A hold as a sweep sees it."""

    reason: str
    # None: until a person releases it.
    until: datetime | None


class HoldNotFound(NotFound):
    """Hold not found"""

    code = "hold-not-found"


class HoldEnded(Conflict):
    """This hold has already been released."""

    code = "hold-ended"


def find_holds(*, keys_by_scope: dict[HoldScope, Collection[str]], now: datetime) -> dict[Subject, InForce]:
    """The holds in force on any of these subjects, and the one on everything. One query.

    Where a subject is held twice the hold that lasts longer counts.
    """
    wanted = Q(scope=HoldScope.EVERYTHING)
    for scope, keys in keys_by_scope.items():
        wanted |= Q(scope=scope, subject__in=list(keys))
    holds = Hold.objects.filter(wanted, released_at__isnull=True).exclude(until__lte=now).order_by("until")
    # Ascending with NULLs last in PostgreSQL: the longest comes last and stays in the mapping.
    return {Subject(HoldScope(hold.scope), hold.subject): InForce(hold.reason, hold.until) for hold in holds}


def place_hold(*, subject: Subject, reason: str, by: str, until: datetime | None, now: datetime) -> Hold:
    """Hold a subject, in the caller's transaction: the cause and the hold stand or fall together."""
    require_transaction()
    return Hold.objects.create(
        scope=subject.scope, subject=subject.key, reason=reason, placed_by=by, placed_at=now, until=until
    )


def release_holds(*, subject: Subject, by: str, now: datetime) -> int:
    """Release every hold on exactly this subject, in the caller's transaction; returns how many there were."""
    require_transaction()
    held = Hold.objects.filter(scope=subject.scope, subject=subject.key, released_at__isnull=True)
    return held.update(released_at=now, released_by=by)
