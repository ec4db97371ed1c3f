"""Whether what has to leave does leave."""

from datetime import datetime, timedelta

from smplat import schedules
from smplat.operations import heartbeats
from smplat.operations.durations import write_duration
from smplat.operations.readiness import Component, Status
from smplat.operations.worker import schedule_heartbeat
from smplat.outbox.choices import Channel, State
from smplat.outbox.models import Message

SWEEP = "sweep-outbox"
# Several sweeps and a slow batch; a person expecting an email notices sooner than five minutes.
LATE_AFTER = timedelta(minutes=5)


def check_outbox(now: datetime) -> Component:
    """The sweep runs, and nothing due has waited for long."""
    beat = heartbeats.find(schedule_heartbeat(SWEEP))
    last = beat.last_success_at if beat else None
    oldest = _oldest_due_at(now)
    if oldest is not None and now - oldest > LATE_AFTER:
        detail = f"The oldest message is due for {write_duration(now - oldest)}."
        return Component(status=Status.DEGRADED, detail=detail, last_success_at=last)
    held_up = _words_of_held_up_email(now)
    if held_up is not None:
        return Component(status=Status.DEGRADED, detail=f"Email does not leave. {held_up}", last_success_at=last)
    if last is None:
        return Component(status=Status.STARTING, detail="The sweep has not run yet.")
    schedule = next(entry for entry in schedules.registered() if entry.name == SWEEP)
    if now - last > schedule.late_after:
        return Component(status=Status.DEGRADED, detail="The sweep is late.", last_success_at=last)
    return Component(status=Status.READY, detail="Nothing is late.", last_success_at=last)


def _words_of_held_up_email(now: datetime) -> str | None:
    """Why emails wait although the relay runs. They are put off again and again, so that none of them is ever late.

    The mail server is ours to keep; endpoints and Slack destinations are told of on the first page.
    """
    held_up = Message.objects.held_up().filter(channel=Channel.EMAIL, created_at__lte=now - LATE_AFTER)
    return held_up.order_by("-due_at").values_list("last_error", flat=True).first()


def _oldest_due_at(now: datetime) -> datetime | None:
    due = Message.objects.filter(state=State.PENDING, due_at__lte=now)
    return due.order_by("due_at").values_list("due_at", flat=True).first()
