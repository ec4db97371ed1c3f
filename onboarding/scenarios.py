"""The scenarios of docs/runbooks/onboarding-console.md: each makes up a client, lets the real rules decide, and is rolled back.

Policy, template, switch and holds are those in force, so a scenario that fails says what a client would meet now.
"""

from datetime import datetime, timedelta
from uuid import uuid4

from django.db.models import Min

from checkout.customers import CustomerDetails
from checkout.rehearsal import ADDRESS, LONG_AGO, midday_before, place
from onboarding.actions.start_journey import Introduction, start_journey
from onboarding.actions.sweep_nudges import sweep_nudges
from onboarding.actions.toggle_task import toggle_task
from onboarding.models import Interaction, Journey, NudgeDecision
from onboarding.policies import get_policy_row
from onboarding.rules.nudges import Reason
from onboarding.states import ActorType, NudgeAction
from smplat.ids import new_id
from smplat.operations.runbooks import StepContext, StepResult, step
from smplat.outbox.actions.change_preferences import change_preferences
from smplat.outbox.choices import Category, ChangeSource
from smplat.outbox.models import Message

NOTHING_DUE = StepResult(ok=True, summary="The template gives no task a due time; there is nothing to rehearse.")


@step("onboarding.rehearse-idle-task", title="Nobody touches a task: the client is reminded once")
def rehearse_idle_task(context: StepContext) -> StepResult:
    """One message with a link to the checklist, a key in the log, and nothing more at the next look."""
    at, journey = _idle_journey(context)
    decided = _sweep_alone(journey, at=at)
    again = _sweep_alone(journey, at=at + timedelta(minutes=5))
    message = Message.objects.filter(recipient_id=journey.order.customer_id).first()
    has_link = message is not None and "/c/" in str(message.payload["links"])
    keys = [row.metadata["nudge"]["key"] for row in Interaction.objects.filter(journey=journey) if row.metadata]
    is_right = _says(decided, NudgeAction.NUDGE, Reason.IDLE) and has_link and bool(keys) and not _nudges(again)
    return _verdict(decided, ok=is_right, expected=f"{NudgeAction.NUDGE.label} ({Reason.IDLE}), once")


@step("onboarding.rehearse-overdue-task", title="A due time passes: the reminder says so")
def rehearse_overdue_task(context: StepContext) -> StepResult:
    """The first due time of the template has just passed."""
    at, journey = _idle_journey(context)
    first = journey.tasks.aggregate(first=Min("due_at"))["first"]
    if first is None:
        return NOTHING_DUE
    at = max(at, midday_before(first + timedelta(days=1)))
    decided = _sweep_alone(journey, at=at)
    is_right = _says(decided, NudgeAction.NUDGE, Reason.OVERDUE)
    return _verdict(decided, ok=is_right, expected=f"{NudgeAction.NUDGE.label} ({Reason.OVERDUE})")


@step("onboarding.rehearse-opt-out", title="Who said no gets nothing")
def rehearse_opt_out(context: StepContext) -> StepResult:
    """Consent is read while the journey is held, not before."""
    at, journey = _idle_journey(context)
    customer_id = journey.order.customer_id
    assert customer_id is not None
    wants = {Category.ONBOARDING: False}
    change_preferences(recipient_id=customer_id, wants=wants, source=ChangeSource.ONE_CLICK, now=at)
    decided = _sweep_alone(journey, at=at)
    is_right = _says(decided, NudgeAction.SUPPRESS, "opted-out") and not _nudges(decided)
    return _verdict(decided, ok=is_right, expected=f"{NudgeAction.SUPPRESS.label} (opted-out)")


@step("onboarding.rehearse-completed", title="Who has finished is left in peace")
def rehearse_completed(context: StepContext) -> StepResult:
    """All tasks are done just before the sweep."""
    at, journey = _idle_journey(context)
    for task_id in journey.tasks.values_list("pk", flat=True):
        toggle_task(
            order_id=journey.order_id,
            task_id=task_id,
            completed=True,
            actor=ActorType.CLIENT,
            now=at - timedelta(minutes=1),
        )
    journey.refresh_from_db()
    decided = _sweep_alone(journey, at=at)
    is_right = not decided and journey.nudge_due_at is None
    summary = f"The journey is {journey.status}; " + (
        "nothing is due." if is_right else "it was decided about all the same."
    )
    return StepResult(ok=is_right, summary=summary)


def _idle_journey(context: StepContext) -> tuple[datetime, Journey]:
    """A made-up client's journey, and the noon at which nobody has touched it for as long as the policy waits."""
    at = midday_before(context.now)
    began_at = at - timedelta(hours=get_policy_row().idle_after_hours)
    details = CustomerDetails(email=ADDRESS, name="Rehearsal", locale="en-GB", time_zone="UTC")
    order = place(placed_at=began_at, customer_id=uuid4(), details=details)
    started = start_journey(order_id=order.pk, introduction=Introduction(), now=began_at)
    return at, Journey.objects.select_related("order").get(pk=started.journey_id)


def _sweep_alone(journey: Journey, *, at: datetime) -> list[NudgeDecision]:
    """Let a real sweep decide about this journey and no other: it is put before everything real, the oldest goes first."""
    if Journey.objects.filter(pk=journey.pk, nudge_due_at__lte=at).update(nudge_due_at=at - LONG_AGO):
        sweep_nudges(sweep_id=new_id(), limit=1, now=at)
    return list(NudgeDecision.objects.filter(journey=journey, decided_at=at).order_by("task__sort_order"))


def _says(decided: list[NudgeDecision], action: NudgeAction, reason: str) -> bool:
    return any((one.action, one.reason) == (action, reason) for one in decided)


def _nudges(decided: list[NudgeDecision]) -> list[NudgeDecision]:
    return [one for one in decided if one.action == NudgeAction.NUDGE]


def _verdict(decided: list[NudgeDecision], *, ok: bool, expected: str) -> StepResult:
    if not decided:
        return StepResult(ok=False, summary="Nothing was decided: are nudges switched off?")
    told = ", ".join(f"{NudgeAction(one.action).label} ({one.reason})" for one in decided)
    summary = f"{told}." if ok else f"{told}. Expected: {expected}."
    return StepResult(
        ok=ok, summary=summary, evidence={"decisions": [f"{one.action}: {one.reason}" for one in decided]}
    )
