"""Which open tasks a client is reminded of now, and why the others are not. Decided while the journey is held."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from checkout.rules.quiet_hours import QuietHours, end_of_quiet
from checkout.rules.recovery import next_look


class Action(StrEnum):
    """What the sweep does about one task."""

    NUDGE = "nudge"  # the client gets a message that names it
    WAIT = "wait"  # too early, or something else comes first
    DEFER = "defer"  # quiet hours: the same decision again when they end
    HOLD = "hold"  # something holds it back: look again soon
    SUPPRESS = "suppress"  # the client said no, or cannot be reached
    STOP = "stop"  # nothing to remind of any more


class Reason(StrEnum):
    """Why a task asks for a nudge."""

    IDLE = "task_idle"  # nobody touched it for a while
    OVERDUE = "task_overdue"  # its due time has passed


@dataclass(frozen=True)
class Policy:
    """How politely clients are chased."""

    is_active: bool
    idle_after: timedelta
    # The same task is not named for the same reason twice within this.
    dedupe_window: timedelta
    max_per_task: int
    # At most `cap` messages to one client, over all journeys, within `cap_window`.
    cap: int
    cap_window: timedelta
    quiet: QuietHours


@dataclass(frozen=True)
class Task:
    """What a decision about one open task rests on."""

    id: UUID
    is_blocked: bool
    # The slug of a task that has to be done first and is not, or empty.
    waits_for: str
    due_at: datetime | None
    # Newest of its last change and the last interaction about it, nudges included.
    last_touch_at: datetime
    nudged_at: Mapping[Reason, datetime] = field(default_factory=dict)
    nudges_sent: int = 0


@dataclass(frozen=True)
class Journey:
    """A journey with its open tasks, read while it is held."""

    id: UUID
    is_completed: bool
    is_order_canceled: bool
    is_order_on_hold: bool
    is_backdated: bool
    # Stable code of what holds it back (its provider is paused, an incident), or empty.
    hold_reason: str
    tasks: Sequence[Task]
    # 0 to below 1, fixed for a journey: where in each interval it is looked at again while it is held.
    spread: float = 0.0


@dataclass(frozen=True)
class Client:
    """The person behind one or more journeys."""

    has_address: bool
    consents: bool
    time_zone: str
    # When messages went out to this person lately, whatever the journey.
    messages_at: Sequence[datetime] = ()


@dataclass(frozen=True)
class Verdict:
    """What to do, why (a stable code), and when to decide again (None: not before something changes)."""

    action: Action
    reason: str
    next_due_at: datetime | None = None


@dataclass(frozen=True)
class Decision:
    """The verdict about one task; about the whole journey when `task_id` is None."""

    journey_id: UUID
    task_id: UUID | None
    verdict: Verdict


# A refusal is not for ever: an address may be added, a choice changed.
REFUSAL_RECHECK = timedelta(hours=24)


def decide_client(*, journeys: Sequence[Journey], client: Client, policy: Policy, now: datetime) -> list[Decision]:
    """Decide about everything one client has to do. All nudges of one call belong into one message."""
    return [
        decision
        for journey in journeys
        for decision in _decide_journey(journey=journey, client=client, policy=policy, now=now)
    ]


def dedupe_key(*, task_id: UUID, reason: Reason) -> str:
    """The name under which a nudge is found again."""
    return f"{task_id}:{reason}"


def reason_of(*, task: Task, now: datetime) -> Reason:
    """What a nudge about this task would say now."""
    return Reason.OVERDUE if task.due_at is not None and task.due_at <= now else Reason.IDLE


def sla_expires_at(*, task: Task, policy: Policy, now: datetime) -> datetime:
    """Until when the client is expected to have done it."""
    return task.due_at or now + policy.idle_after


def idle_hours(*, task: Task, now: datetime) -> int:
    """Whole hours since anything happened to the task."""
    return max(0, int((now - task.last_touch_at) / timedelta(hours=1)))


def next_decision_at(decisions: Sequence[Decision]) -> datetime | None:
    """When a journey has to be decided about again, or None when only a change can make it due."""
    return min((decision.verdict.next_due_at for decision in decisions if decision.verdict.next_due_at), default=None)


def decide_task(*, task: Task, policy: Policy, now: datetime) -> Verdict:
    """Whether a task asks for a nudge, by itself: NUDGE with its reason, or why not yet."""
    if task.is_blocked:
        return Verdict(Action.WAIT, "task-blocked")
    if task.waits_for:
        return Verdict(Action.WAIT, "dependency-open")
    if task.nudges_sent >= policy.max_per_task:
        return Verdict(Action.STOP, "nudges-exhausted")
    reason = reason_of(task=task, now=now)
    ready_at = _ready_at(task=task, reason=reason, policy=policy)
    if now >= ready_at:
        return Verdict(Action.NUDGE, reason, _after_nudge(task=task, reason=reason, policy=policy, now=now))
    code = "nudged-recently" if _repeats_at(task, reason, policy) == ready_at else "touched-recently"
    return Verdict(Action.WAIT, code, _first_ready_at(task=task, policy=policy, now=now))


def _decide_journey(*, journey: Journey, client: Client, policy: Policy, now: datetime) -> list[Decision]:
    stop = _stop_reason(journey=journey, policy=policy)
    if stop:
        return [Decision(journey.id, None, Verdict(Action.STOP, stop))]
    return [
        Decision(journey.id, task.id, _decide_open_task(task, journey=journey, client=client, policy=policy, now=now))
        for task in journey.tasks
    ]


def _decide_open_task(task: Task, *, journey: Journey, client: Client, policy: Policy, now: datetime) -> Verdict:
    verdict = decide_task(task=task, policy=policy, now=now)
    if verdict.action is not Action.NUDGE:
        return verdict
    return _held(journey=journey, now=now) or _barred(client=client, policy=policy, now=now) or verdict


def _stop_reason(*, journey: Journey, policy: Policy) -> str | None:
    reasons = {
        "journey-completed": journey.is_completed,
        "order-canceled": journey.is_order_canceled,
        "order-on-hold": journey.is_order_on_hold,
        "backdated": journey.is_backdated,
        "policy-off": not policy.is_active,
    }
    return next((reason for reason, applies in reasons.items() if applies), None)


def _held(*, journey: Journey, now: datetime) -> Verdict | None:
    if not journey.hold_reason:
        return None
    # Each at a moment of its own, so that a hold that ends lets its nudges go one after another.
    return Verdict(Action.HOLD, journey.hold_reason, next_look(spread=journey.spread, now=now))


def _barred(*, client: Client, policy: Policy, now: datetime) -> Verdict | None:
    """Why this client gets no message now, however much there is to say."""
    if not client.has_address:
        return Verdict(Action.SUPPRESS, "no-address", now + REFUSAL_RECHECK)
    if not client.consents:
        return Verdict(Action.SUPPRESS, "opted-out", now + REFUSAL_RECHECK)
    capped_until = _end_of_cap(messages_at=client.messages_at, policy=policy, now=now)
    if capped_until:
        return Verdict(Action.WAIT, "frequency-cap", capped_until)
    quiet_until = end_of_quiet(quiet=policy.quiet, time_zone=client.time_zone, now=now)
    return Verdict(Action.DEFER, "quiet-hours", quiet_until) if quiet_until else None


def _end_of_cap(*, messages_at: Sequence[datetime], policy: Policy, now: datetime) -> datetime | None:
    """When fewer than `cap` messages will lie within the window; None when that is so already."""
    recent = sorted(at for at in messages_at if at > now - policy.cap_window)
    return recent[-policy.cap] + policy.cap_window if len(recent) >= policy.cap else None


def _ready_at(*, task: Task, reason: Reason, policy: Policy) -> datetime:
    """When a nudge for this reason becomes due."""
    if reason is Reason.OVERDUE and task.due_at is not None:
        # Who has just worked on it is not told at once that it is late.
        first = max(task.due_at, task.last_touch_at + policy.dedupe_window)
    else:
        first = task.last_touch_at + policy.idle_after
    return max(first, _repeats_at(task, reason, policy) or first)


def _repeats_at(task: Task, reason: Reason, policy: Policy) -> datetime | None:
    last = task.nudged_at.get(reason)
    return last + policy.dedupe_window if last else None


def _first_ready_at(*, task: Task, policy: Policy, now: datetime) -> datetime:
    """When the task asks for a nudge next, for whichever reason."""
    overdue = _ready_at(task=task, reason=Reason.OVERDUE, policy=policy) if task.due_at else None
    if reason_of(task=task, now=now) is Reason.OVERDUE and overdue:
        return overdue
    idle = _ready_at(task=task, reason=Reason.IDLE, policy=policy)
    return min(idle, overdue) if overdue else idle


def _after_nudge(*, task: Task, reason: Reason, policy: Policy, now: datetime) -> datetime | None:
    if task.nudges_sent + 1 >= policy.max_per_task:
        return None
    nudged = replace(task, last_touch_at=now, nudged_at={**task.nudged_at, reason: now})
    return _first_ready_at(task=nudged, policy=policy, now=now)
