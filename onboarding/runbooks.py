"""The steps of docs/runbooks/onboarding-console.md that look at what is there. onboarding.scenarios holds those that rehearse."""

from datetime import timedelta
from typing import Final

from django.db import connection
from django.db.models import Count

from onboarding.clocks import report_sides
from onboarding.components import check_nudges
from onboarding.nudge_messages import TOPIC
from onboarding.states import AT_REST
from smplat.operations import heartbeats
from smplat.operations.readiness import Status
from smplat.operations.runbooks import StepContext, StepResult, step
from smplat.operations.worker import schedule_heartbeat
from smplat.outbox.choices import State
from smplat.outbox.models import Message

LOOKS_BACK: Final = timedelta(days=1)
# Three firings of the schedule.
CLOCKS_LATE_AFTER: Final = timedelta(minutes=15)
NAMED: Final = 10
# Progress, completion and turn against what the tasks that count and the order say.
ODD: Final = """
SELECT placed.order_number
FROM onboarding_journeys AS journey
JOIN checkout_order AS placed ON placed.id = journey.order_id
JOIN LATERAL (
    SELECT count(*) AS tasks, count(*) FILTER (WHERE status = 'completed') AS done
    FROM onboarding_tasks WHERE journey_id = journey.id AND dropped_at IS NULL
) AS counted ON counted.tasks > 0
WHERE journey.progress_percentage <> round(counted.done * 100.0 / counted.tasks, 2)
    OR (journey.status = 'completed') <> (counted.done = counted.tasks)
    OR (journey.turn = 'nobody') <> (journey.status = 'completed' OR placed.status = ANY(%(at_rest)s))
ORDER BY placed.order_number LIMIT %(named)s
"""


@step("onboarding.check-sweep", title="Does the nudge sweep run?")
def check_sweep(context: StepContext) -> StepResult:
    """The verdict of readiness."""
    component = check_nudges(context.now)
    return StepResult(ok=component.status is Status.READY, summary=component.detail or component.status)


@step("onboarding.check-clocks", title="Do the clocks run?")
def check_clocks(context: StepContext) -> StepResult:
    """When turns, stalls and breaches were last brought in step, and who had the turn in the last day."""
    beat = heartbeats.find(schedule_heartbeat("sweep-clocks"))
    late = heartbeats.age_seconds(beat, context.now) > CLOCKS_LATE_AFTER.total_seconds()
    moved = f"{beat.last_success_at:%Y-%m-%d %H:%M} UTC" if beat and beat.last_success_at else "never"
    figures = report_sides(since=context.now - LOOKS_BACK, until=context.now, now=context.now)
    evidence = {one.side.value: f"{one.journeys} journeys, {one.breaches} breaches" for one in figures}
    return StepResult(ok=not late, summary=f"Last brought in step {moved}.", evidence=evidence)


@step("onboarding.check-nudges", title="Do nudges arrive?")
def check_deliveries(context: StepContext) -> StepResult:
    """What became of the nudges of the last day."""
    written = Message.objects.filter(topic=TOPIC, created_at__gt=context.now - LOOKS_BACK)
    counts = {row["state"]: row["messages"] for row in written.values("state").annotate(messages=Count("pk"))}
    told = ", ".join(f"{count} {state}" for state, count in sorted(counts.items())) or "none"
    return StepResult(ok=State.DEAD not in counts, summary=f"Nudges of the last day: {told}.", evidence=counts)


@step("onboarding.check-journeys", title="Do journeys agree with their tasks?")
def check_journeys(_context: StepContext) -> StepResult:
    """Progress, status and turn of every journey against what its tasks and its order say."""
    with connection.cursor() as cursor:
        cursor.execute(ODD, {"at_rest": list(AT_REST), "named": NAMED})
        numbers = [number for (number,) in cursor.fetchall()]
    summary = f"They disagree, for example in {', '.join(numbers)}." if numbers else "They agree."
    return StepResult(ok=not numbers, summary=summary, evidence={"orders": numbers})
