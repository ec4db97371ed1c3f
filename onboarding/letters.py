"""What the sweep writes to a client: one letter, whatever the number of tasks and journeys it names."""

from collections.abc import Sequence

from django.conf import settings

from checkout.rules.quiet_hours import known_zone
from onboarding.cases import Case
from onboarding.models import Task
from onboarding.nudge_messages import OUR_DESTINATION, Letter, find_destination
from onboarding.nudge_words import Line, Words, due_note, words_of_digest, words_of_task
from onboarding.rules.nudges import Decision, Reason
from onboarding.states import InteractionChannel
from smplat.outbox.choices import Channel


def letter_of(case: Case, nudges: Sequence[Decision]) -> Letter:
    """The letter that names these tasks of one client: one by itself, several as a digest over all journeys."""
    assert case.customer is not None
    named = {decision.journey_id for decision in nudges}
    journeys = [journey for pk, journey in case.journeys.items() if pk in named]
    tasks = [case.tasks[decision.task_id] for decision in nudges if decision.task_id]
    lines = [_line_of(case, decision) for decision in nudges]
    return Letter(
        customer=case.customer,
        channel=channel_of(tasks, destination=find_destination(journeys[0])),
        words=words_of_digest(lines) if len(lines) > 1 else words_of(case, nudges[0]),
        journeys=journeys,
        lines=lines if len(lines) > 1 else (),
    )


def channel_of(tasks: Sequence[Task], *, destination: str) -> Channel:
    """Slack when all of them prefer it and somebody reads it there; otherwise email, which every client has."""
    prefer = all(task.preferred_channel == InteractionChannel.SLACK for task in tasks)
    return Channel.SLACK if prefer and (destination or _has_our_slack()) else Channel.EMAIL


def _has_our_slack() -> bool:
    ours = settings.SLACK_DESTINATIONS[OUR_DESTINATION]
    return bool(ours["webhook_url"] or (settings.SLACK_BOT_TOKEN and ours["channel"]))


def words_of(case: Case, decision: Decision) -> Words:
    """The text about one task."""
    line = _line_of(case, decision)
    return words_of_task(
        title=line.title, order_number=line.order_number, reason=Reason(decision.verdict.reason), note=line.note
    )


def _line_of(case: Case, decision: Decision) -> Line:
    assert decision.task_id is not None
    task, order = case.tasks[decision.task_id], case.journeys[decision.journey_id].order
    zone = known_zone(case.customer.time_zone) if case.customer else "UTC"
    is_overdue = decision.verdict.reason == Reason.OVERDUE and task.due_at is not None
    note = due_note(due_at=task.due_at, time_zone=zone) if is_overdue and task.due_at else ""
    return Line(task.title, order.order_number, note)
