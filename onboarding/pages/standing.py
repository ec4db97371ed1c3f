"""How a journey stands, in the words and on the clock of the client it belongs to."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from checkout.models import Customer
from checkout.states import OrderStatus
from onboarding.errors import JourneyNotFound
from onboarding.journeys import list_tasks
from onboarding.models import Artifact, Journey, Task
from onboarding.states import TaskStatus
from onboarding.turns import waits_for
from smplat.outbox.choices import Category
from smplat.outbox.unsubscribe import make_link

# Whose clock is read when the order names nobody.
UNKNOWN_TIME_ZONE = "UTC"


@dataclass(frozen=True)
class Handover:
    """One thing asked of the client, or already handed in."""

    id: UUID
    label: str
    url: str
    is_received: bool


@dataclass(frozen=True)
class Item:
    """One task as the client reads it."""

    id: UUID
    slug: str
    title: str
    description: str
    is_done: bool
    is_skipped: bool
    # Ours to clear up; the client cannot tick it meanwhile.
    is_blocked: bool
    # The title of the task that comes first, or empty.
    comes_after: str
    due: str
    is_overdue: bool
    done: str
    handovers: tuple[Handover, ...]

    @property
    def can_be_done(self) -> bool:
        """Whether the client may tick it now."""
        return not (self.is_done or self.is_blocked or self.comes_after)


@dataclass(frozen=True)
class Checklist:
    """All the page shows."""

    journey_id: UUID
    order_id: UUID
    order_number: str
    first_name: str
    products: tuple[str, ...]
    items: tuple[Item, ...]
    # What was asked for as a whole, for no task in particular.
    handovers: tuple[Handover, ...]
    done: int
    total: int
    is_completed: bool
    is_canceled: bool
    is_on_hold: bool
    time_zone: str
    preferences_url: str

    @property
    def is_open(self) -> bool:
        """Whether ticking makes sense."""
        return not self.is_canceled


def find_checklist(order_id: UUID, *, now: datetime) -> Checklist:
    """What the order's client sees.

    Raises:
        JourneyNotFound: the order has no journey.
    """
    journey = Journey.objects.select_related("order__customer").filter(order_id=order_id).first()
    if journey is None:
        raise JourneyNotFound
    order, tasks = journey.order, list_tasks(journey)
    client = order.customer
    zone = client.time_zone if client else UNKNOWN_TIME_ZONE
    handovers = _handovers(journey)
    items = _items(tasks, handovers=handovers, zone=ZoneInfo(zone), now=now)
    return Checklist(
        journey_id=journey.pk,
        order_id=order.pk,
        order_number=order.order_number,
        first_name=_first_name(client),
        products=tuple(order.items.order_by("position").values_list("product_title", flat=True)),
        items=items,
        handovers=tuple(handovers[None]),
        done=sum(item.is_done for item in items),
        total=len(items),
        is_completed=bool(items) and all(item.is_done for item in items),
        is_canceled=order.status == OrderStatus.CANCELED,
        is_on_hold=order.status == OrderStatus.ON_HOLD,
        time_zone=zone,
        preferences_url=make_link(recipient_id=client.pk, category=Category.ONBOARDING) if client else "",
    )


def _handovers(journey: Journey) -> defaultdict[UUID | None, list[Handover]]:
    """What was asked for, by task."""
    found: defaultdict[UUID | None, list[Handover]] = defaultdict(list)
    for artifact in Artifact.objects.filter(journey=journey).order_by("created_at", "label"):
        found[artifact.task_id].append(
            Handover(artifact.pk, artifact.label, _address(artifact.url), artifact.received_at is not None)
        )
    return found


def _address(url: str) -> str:
    """What may be linked; the rest was stored before addresses were checked."""
    return url if url.startswith(("https://", "http://")) else ""


def _items(
    tasks: Sequence[Task], *, handovers: Mapping[UUID | None, Sequence[Handover]], zone: ZoneInfo, now: datetime
) -> tuple[Item, ...]:
    titles = {task.slug: task.title for task in tasks}
    return tuple(
        _item(
            task,
            comes_after=titles.get(waits_for(task, tasks=tasks), ""),
            handovers=tuple(handovers.get(task.pk, ())),
            zone=zone,
            now=now,
        )
        for task in tasks
    )


def _item(task: Task, *, comes_after: str, handovers: tuple[Handover, ...], zone: ZoneInfo, now: datetime) -> Item:
    is_done = task.status == TaskStatus.COMPLETED
    return Item(
        id=task.pk,
        slug=task.slug,
        title=task.title,
        description=task.description,
        is_done=is_done,
        is_skipped=task.is_skipped,
        is_blocked=task.status == TaskStatus.BLOCKED,
        comes_after=comes_after,
        due=_on_their_clock(task.due_at, zone),
        is_overdue=not is_done and task.due_at is not None and task.due_at <= now,
        done=_on_their_clock(task.completed_at, zone),
        handovers=handovers,
    )


def _on_their_clock(moment: datetime | None, zone: ZoneInfo) -> str:
    """Wednesday 3 June, 14:00."""
    if moment is None:
        return ""
    local = moment.astimezone(zone)
    return f"{local:%A} {local.day} {local:%B}, {local:%H:%M}"


def _first_name(client: Customer | None) -> str:
    return client.name.split()[0] if client and client.name.strip() else ""
