"""Holds: rows that sweeps consult inside their claim, so that nothing goes out about what is held."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import orjson

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


# A sweep asks about a thousand subjects at a time: one parameter instead of one for each.
_AMONG = "(scope, subject) IN (SELECT * FROM json_to_recordset(%s::json) AS wanted (scope text, key text))"


def find_holds(*, keys_by_scope: dict[HoldScope, Collection[str]], now: datetime) -> dict[Subject, InForce]:
    """The holds in force on any of these subjects, and the one on everything. One query.

    Where a subject is held twice the hold that lasts longer counts.
    """
    subjects = [Subject(scope, key) for scope, keys in keys_by_scope.items() for key in keys]
    wanted = orjson.dumps([*subjects, Subject(HoldScope.EVERYTHING)]).decode()
    in_force = Hold.objects.filter(released_at__isnull=True).exclude(until__lte=now)
    holds = in_force.extra(where=[_AMONG], params=[wanted]).order_by("until")  # noqa: S610 - a constant
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
