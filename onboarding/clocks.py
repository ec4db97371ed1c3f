"""How long each side has had its turn: of one journey, and over all by period."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection
from django.db.models import Count

from onboarding.models import Journey, SlaBreach, SlaTurn
from onboarding.rules.sla import STRICTEST_FIRST, Turn, time_by_side
from onboarding.rules.sla import Side as ClockSide
from onboarding.states import Side

# Each turn lasts until the next one of its journey; the last one is still running.
REPORT = """
SELECT side, count(DISTINCT journey_id),
    sum(extract(epoch FROM least(ends_at, %(until)s) - greatest(at, %(since)s)))::bigint
FROM (
    SELECT journey_id, side, at, coalesce(lead(at) OVER (PARTITION BY journey_id ORDER BY at, id), %(until)s) AS ends_at
    FROM onboarding_slaturn WHERE at < %(until)s
) AS turns
WHERE ends_at > %(since)s GROUP BY side
"""


@dataclass(frozen=True)
class Clock:
    """The clock of one journey."""

    turn: Side
    since: datetime
    # Stable code of why it is that side's turn.
    reason: str
    # Until now, for client, us and provider.
    waited: Mapping[Side, timedelta]
    # By due time.
    breaches: Sequence[SlaBreach]


@dataclass(frozen=True)
class SideFigures:
    """What one side did with its turns in a period."""

    side: Side
    journeys: int
    waited: timedelta
    # Due times in the period that are charged to it.
    breaches: int


def clock_of(journey: Journey, *, now: datetime) -> Clock:
    """Whose turn it is, since when and why, how long each side has had it, and the due times that passed."""
    rows = list(SlaTurn.objects.filter(journey=journey).order_by("at", "id"))
    turns = [Turn(ClockSide(row.side), row.at) for row in rows]
    since = journey.started_at or journey.created_at
    waited = time_by_side(turns=turns, since=since, until=now)
    breaches = SlaBreach.objects.filter(journey=journey).select_related("task").order_by("due_at", "id")
    return Clock(
        turn=Side(journey.turn),
        since=journey.turn_since,
        reason=rows[-1].reason if rows else "",
        waited={Side(side.value): waited[side] for side in STRICTEST_FIRST},
        breaches=list(breaches),
    )


def report_sides(*, since: datetime, until: datetime, now: datetime) -> list[SideFigures]:
    """Time and breaches of each side over all journeys, from `since` to before `until`; the strictest side first."""
    with connection.cursor() as cursor:
        cursor.execute(REPORT, {"since": since, "until": min(until, now)})
        waits = {side: (journeys, timedelta(seconds=seconds)) for side, journeys, seconds in cursor.fetchall()}
    charged = SlaBreach.objects.filter(due_at__gte=since, due_at__lt=until).order_by().values_list("charged_to")
    breaches = dict(charged.annotate(Count("id")))
    return [
        SideFigures(Side(side.value), *waits.get(side.value, (0, timedelta(0))), breaches.get(side.value, 0))
        for side in STRICTEST_FIRST
    ]
