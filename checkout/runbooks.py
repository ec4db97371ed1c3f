"""The steps of docs/runbooks/checkout-recovery.md that look at what is there. checkout.scenarios holds those that rehearse."""

from datetime import timedelta
from typing import Final

from django.db.models import Count, Min

from checkout.components import check_recovery
from checkout.models import Escalation, Order
from checkout.prompts import TOPIC
from checkout.stalled import list_stalled
from smplat.operations.readiness import Status
from smplat.operations.runbooks import StepContext, StepResult, step
from smplat.outbox.choices import State
from smplat.outbox.models import Message

LOOKS_BACK: Final = timedelta(days=1)


@step("checkout.check-sweep", title="Does the sweep run?")
def check_sweep(context: StepContext) -> StepResult:
    """The verdict of readiness."""
    component = check_recovery(context.now)
    return StepResult(ok=component.status is Status.READY, summary=component.detail or component.status)


@step("checkout.check-stalled", title="What stands still?")
def check_stalled(context: StepContext) -> StepResult:
    """Open orders past their stage's patience, by stage."""
    stalled = list_stalled(Order.objects.all(), before=context.now)
    rows = stalled.values("orchestration__current_stage").annotate(orders=Count("pk"), oldest=Min("stalled_at"))
    named = {
        row["orchestration__current_stage"]: f"{row['orders']}, oldest since {row['oldest']:%Y-%m-%d %H:%M} UTC"
        for row in rows.order_by("orchestration__current_stage")
    }
    summary = f"Stalled in {', '.join(named)}." if named else "Nothing stands still."
    return StepResult(ok=not named, summary=summary, evidence=named)


@step("checkout.check-prompts", title="Do prompts arrive?")
def check_prompts(context: StepContext) -> StepResult:
    """What became of the prompts of the last day."""
    written = Message.objects.filter(topic=TOPIC, created_at__gt=context.now - LOOKS_BACK)
    counts = {row["state"]: row["messages"] for row in written.values("state").annotate(messages=Count("pk"))}
    told = ", ".join(f"{count} {state}" for state, count in sorted(counts.items())) or "none"
    return StepResult(ok=State.DEAD not in counts, summary=f"Prompts of the last day: {told}.", evidence=counts)


@step("checkout.check-escalations", title="Is anybody late?")
def check_escalations(context: StepContext) -> StepResult:
    """Escalations that nobody has taken although their deadline has passed."""
    open_ones = Escalation.objects.filter(resolved_at__isnull=True, acknowledged_at__isnull=True)
    late = open_ones.filter(deadline_at__lte=context.now).order_by("deadline_at")
    numbers = list(late.values_list("order__order_number", flat=True)[:10])
    evidence = {"waiting": open_ones.count(), "late": late.count(), "orders": numbers}
    summary = f"{evidence['waiting']} wait for a person, {evidence['late']} of them past their deadline."
    return StepResult(ok=not numbers, summary=summary, evidence=evidence)
