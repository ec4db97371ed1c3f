"""Opening the one journey of an order: the first to come makes it, out of the current template."""

from datetime import datetime
from uuid import UUID

from checkout.errors import OrderNotFound
from checkout.models import Order
from onboarding.copying import artifacts_of, task_of
from onboarding.journeys import Held, as_text, hold_journey_of, settle, write_event
from onboarding.models import Journey
from onboarding.self_completion import complete_what_is_done
from onboarding.states import JourneyEventType, JourneyStatus, Side
from onboarding.templates import find_template, lines_of
from smplat.db import require_transaction
from smplat.instances import write_together


def hold_or_open_journey(*, order_id: UUID, at: datetime, now: datetime) -> tuple[Held, bool]:
    """Lock the journey of an order; the first to come makes it. The flag says whether it is new.

    Raises:
        OrderNotFound: there is no such order.
    """
    require_transaction()
    if Journey.objects.filter(order_id=order_id).exists():
        return hold_journey_of(order_id), False
    # Not for its key: whoever holds the journey already writes events that refer to the order, and must not wait for us
    # while we wait for the journey.
    order = Order.objects.select_for_update(no_key=True).filter(pk=order_id).first()
    if order is None:
        raise OrderNotFound
    # Whoever came second waited for the order's lock and finds the journey now.
    if Journey.objects.filter(order_id=order_id).exists():
        return hold_journey_of(order_id), False
    return _open_journey(order=order, at=at, now=now), True


def _open_journey(*, order: Order, at: datetime, now: datetime) -> Held:
    template = find_template(order)
    journey = Journey(
        order=order,
        template=template,
        status=JourneyStatus.ACTIVE,
        started_at=at,
        last_touch_at=at,
        last_progress_at=at,
        # Passed on by `settle`, which writes the first turn down.
        turn=Side.NOBODY,
        turn_since=at,
        created_at=now,
        updated_at=at,
    )
    lines = lines_of(template)
    tasks = [task_of(line, journey=journey, at=at, now=now) for line in lines]
    artifacts = [one for line, task in zip(lines, tasks, strict=True) for one in artifacts_of(line, task=task, at=at)]
    write_together(new=[journey, *tasks, *artifacts])
    write_event(
        journey=journey,
        event_type=JourneyEventType.JOURNEY_STARTED,
        after=JourneyStatus.ACTIVE,
        metadata={
            "source_order_status": order.status,
            "template": str(template),
            # With these the log alone rebuilds the journey (onboarding.rules.replay).
            "tasks": [{"id": str(task.pk), "slug": task.slug, "due_at": as_text(task.due_at)} for task in tasks],
        },
        at=at,
    )
    held = Held(journey, tasks)
    complete_what_is_done(held=held, at=at)
    settle(held=held, has_moved=True, at=at, now=now)
    return held
