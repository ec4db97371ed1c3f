"""How often a checklist would have reminded clients of the past: the rules of the sweep over the orders' real times."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid5

from onboarding.rules.checklists import Line
from onboarding.rules.nudges import Action, Client, Journey, Policy, Reason, Task, decide_client

ASSUMPTIONS = (
    "A journey began when its order was paid.",
    "A task was done when the task of the same name really was; one that no journey had, when the journey or the order was completed; else never.",
    "Reminders ended when the order was completed or canceled, at the latest today.",
    "Every client had an address and wanted reminders; nothing was on hold, blocked or paused.",
    "The policy of today held all the time, with its quiet hours on each client's clock and its cap; other messages did not count against it.",
)
# The slowest repetition is an hour, and quiet hours defer once a day: far more than any client of a quarter needs.
MOST_ROUNDS = 5_000
SOON = timedelta(minutes=1)


@dataclass(frozen=True)
class PastOrder:
    """One order with what really happened to it."""

    id: UUID
    paid_at: datetime
    # When its tasks were done, by slug.
    done_at: Mapping[str, datetime]
    # When the journey or else the order was completed: a task of no known time was done by then.
    completed_at: datetime | None
    # When nobody would have been reminded any more.
    ended_at: datetime


@dataclass(frozen=True)
class Rehearsal:
    """What would have been sent."""

    orders: int = 0
    clients: int = 0
    messages: int = 0
    # How often each task would have been named, by slug, and for which reason.
    named: Mapping[str, int] = field(default_factory=dict)
    reasons: Mapping[str, int] = field(default_factory=dict)

    def with_client(self, other: "Rehearsal") -> "Rehearsal":
        """Both together."""
        return Rehearsal(
            self.orders + other.orders,
            self.clients + other.clients,
            self.messages + other.messages,
            Counter(self.named) + Counter(other.named),
            Counter(self.reasons) + Counter(other.reasons),
        )


@dataclass
class _Open:
    """A task as the rehearsal carries it from one decision to the next."""

    line: Line
    done_at: datetime | None
    facts: Task


def rehearse_client(*, orders: Sequence[PastOrder], lines: Sequence[Line], policy: Policy, time_zone: str) -> Rehearsal:
    """What one client would have got about all their orders."""
    journeys = {order.id: (order, _open_tasks(order, lines)) for order in orders}
    now: datetime | None = min(order.paid_at for order in orders)
    sent: list[datetime] = []
    named: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    for _ in range(MOST_ROUNDS):
        if now is None:
            break
        facts = [
            _facts(order, tasks, now) for order, tasks in journeys.values() if order.paid_at <= now < order.ended_at
        ]
        client = Client(has_address=True, consents=True, time_zone=time_zone, messages_at=sent)
        decisions = decide_client(journeys=facts, client=client, policy=policy, now=now)
        nudged = [one for one in decisions if one.verdict.action is Action.NUDGE]
        for one in nudged:
            task = next(task for task in journeys[one.journey_id][1] if task.facts.id == one.task_id)
            task.facts = _after(task.facts, reason=Reason(one.verdict.reason), now=now)
            named[task.line.slug] += 1
            reasons[one.verdict.reason] += 1
        sent += [now] if nudged else []
        due = [one.verdict.next_due_at for one in decisions if one.verdict.next_due_at]
        now = _next_moment(journeys.values(), due=due, now=now)
    return Rehearsal(len(orders), 1, len(sent), named, reasons)


def _open_tasks(order: PastOrder, lines: Sequence[Line]) -> list[_Open]:
    return [
        _Open(
            line=line,
            done_at=order.done_at.get(line.slug, order.completed_at),
            facts=Task(
                id=uuid5(order.id, line.slug),
                is_blocked=False,
                waits_for="",
                due_at=order.paid_at + timedelta(hours=line.due_after_hours) if line.due_after_hours else None,
                last_touch_at=order.paid_at,
            ),
        )
        for line in lines
    ]


def _facts(order: PastOrder, tasks: Sequence[_Open], now: datetime) -> Journey:
    undone = {task.line.slug for task in tasks if task.done_at is None or task.done_at > now}
    return Journey(
        id=order.id,
        is_completed=not undone,
        is_order_canceled=False,
        is_order_on_hold=False,
        is_backdated=False,
        hold_reason="",
        tasks=[
            replace(task.facts, waits_for=task.line.depends_on if task.line.depends_on in undone else "")
            for task in tasks
            if task.line.slug in undone
        ],
    )


def _after(task: Task, *, reason: Reason, now: datetime) -> Task:
    return replace(task, last_touch_at=now, nudged_at={**task.nudged_at, reason: now}, nudges_sent=task.nudges_sent + 1)


def _next_moment(
    journeys: Collection[tuple[PastOrder, list[_Open]]], *, due: Sequence[datetime], now: datetime
) -> datetime | None:
    """When a rule has something to decide next: it said so itself, an order was paid, or a task that others wait for was done."""
    paid = [order.paid_at for order, _ in journeys]
    done = [task.done_at for _, tasks in journeys for task in tasks if task.done_at]
    last = max(order.ended_at for order, _ in journeys)
    # A rule that is due at this very moment has just been asked.
    ahead = [at for at in [*(max(at, now + SOON) for at in due), *paid, *done] if now < at < last]
    return min(ahead, default=None)
