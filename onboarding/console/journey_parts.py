"""Parts of the journey page: the queue of reminders, the clock of the sides, the providers."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.urls import reverse

from onboarding import policies
from onboarding.clocks import clock_of
from onboarding.console.reasons import say_nudge, say_turn
from onboarding.explain import explain_journey
from onboarding.models import Journey
from onboarding.queries.providers import ProviderOfOrder
from onboarding.rules import nudges
from onboarding.rules.nudges import Action
from onboarding.states import Side

# Badge and word of each verdict of the sweep.
VERDICTS = {
    Action.NUDGE: ("Due now", "notice"),
    Action.WAIT: ("Waits", "neutral"),
    Action.DEFER: ("Deferred", "neutral"),
    Action.HOLD: ("Held", "warning"),
    Action.SUPPRESS: ("Suppressed", "warning"),
    Action.STOP: ("None", "neutral"),
}


@dataclass(frozen=True)
class NudgeLine:
    """What the sweep would decide now about one open task, or about the journey as a whole."""

    task_id: UUID | None
    title: str
    verdict: str
    kind: str
    why: str
    idle_hours: int | None
    # Until when the client is expected to have done it.
    sla_expires_at: datetime | None
    next_due_at: datetime | None


@dataclass(frozen=True)
class ClockLine:
    """Whose turn it is and how long each side has had it, in words."""

    reason: str
    waited: tuple[tuple[str, str], ...]
    breaches: int


@dataclass(frozen=True)
class ProviderLine:
    """One provider behind the order."""

    name: str
    url: str
    items: str
    is_paused: bool
    last_action: str
    updated_at: datetime | None


def nudge_queue(journey: Journey, *, now: datetime) -> list[NudgeLine]:
    """By the rules of the sweep, from the facts of this moment."""
    policy = policies.as_rule(policies.get_policy_row())
    return [
        NudgeLine(
            task_id=one.facts.id if one.facts else None,
            title=one.title or "The whole checklist",
            verdict=VERDICTS[one.verdict.action][0],
            kind=VERDICTS[one.verdict.action][1],
            why=say_nudge(one.verdict.reason),
            idle_hours=nudges.idle_hours(task=one.facts, now=now) if one.facts else None,
            sla_expires_at=nudges.sla_expires_at(task=one.facts, policy=policy, now=now) if one.facts else None,
            next_due_at=one.verdict.next_due_at,
        )
        for one in explain_journey(journey, now=now).verdicts
    ]


def clock_line(journey: Journey, *, now: datetime) -> ClockLine:
    """The clock of the sides."""
    clock = clock_of(journey, now=now)
    waited = {Side(side.value): time for side, time in clock.waited.items() if side.value != Side.NOBODY}
    return ClockLine(
        reason=say_turn(clock.reason),
        waited=tuple((str(side.label), write_duration(time)) for side, time in waited.items()),
        breaches=len(clock.breaches),
    )


def write_duration(time: timedelta) -> str:
    """2 d 3 h, 5 h, 12 min."""
    minutes = int(time.total_seconds() // 60)
    days, hours = divmod(minutes // 60, 24)
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h" if hours else f"{minutes} min"


def provider_line(provider: ProviderOfOrder) -> ProviderLine:
    """A provider with what was last done about it."""
    guardrail = provider.guardrail
    return ProviderLine(
        name=provider.provider_name,
        url=reverse("admin:guardrails_provider_change", args=[provider.provider_id]),
        items=", ".join(title for _, title in provider.items),
        is_paused=bool(guardrail and guardrail.is_paused),
        last_action=guardrail.last_action if guardrail else "",
        updated_at=guardrail.updated_at if guardrail else None,
    )
