"""Readiness of a sweep: whether what is due is decided about, and nothing fails again and again."""

from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import QuerySet

from smplat.operations import heartbeats, switches
from smplat.operations.durations import write_duration
from smplat.operations.readiness import Component, Status
from smplat.operations.set_aside import list_set_aside, not_set_aside
from smplat.operations.worker import schedule_heartbeat

MOST_NAMED: Final = 5


def check_sweep(
    due: QuerySet[Any], *, field: str, noun: str, schedule: str, switch: str, late_after: timedelta, now: datetime
) -> Component:
    """The verdict about one sweep.

    Args:
        due: rows the sweep decides about once their `field` has come; an index must serve its smallest value.
        field: the column that says when.
        noun: what a row is called in the verdict.
        schedule: the name of what sends the sweep.
        switch: the name of the switch that stops it.
        late_after: how long something may be due before that is worth a word.
        now: the present moment.
    """
    beat = heartbeats.find(schedule_heartbeat(schedule))
    last = beat.last_success_at if beat else None
    if not switches.is_on(switch):
        return Component(status=Status.DISABLED, detail="Switched off.", last_success_at=last)
    late = not_set_aside(due.filter(**{f"{field}__lte": now - late_after}), sweep=schedule, now=now)
    oldest = late.order_by(field).values_list(field, flat=True).first()
    if oldest is not None:
        detail = f"The oldest {noun} is due for {write_duration(now - oldest)}."
        return Component(status=Status.DEGRADED, detail=detail, last_success_at=last)
    persisting = list_set_aside(now=now).filter(sweep=schedule, times__gt=1)
    names = list(persisting.values_list("name", flat=True)[: MOST_NAMED + 1])
    if names:
        more = ", …" if len(names) > MOST_NAMED else ""
        detail = f"Errors keep it from deciding about {', '.join(names[:MOST_NAMED])}{more}."
        return Component(status=Status.DEGRADED, detail=detail, last_success_at=last)
    if last is None:
        return Component(status=Status.STARTING, detail="The sweep has not run yet.")
    return Component(status=Status.READY, detail="Nothing is late.", last_success_at=last)
