"""What the page of one journey shows, as plain values. It reads; what changes the journey are the forms it links to."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from checkout.console.order_search import name_of
from onboarding.at_risk import with_counts
from onboarding.console.journey_parts import clock_line, nudge_queue, provider_line
from onboarding.console.looks import RISK_KINDS, SIDE_WORDS, STATUS_KINDS, TASK_KINDS
from onboarding.console.reasons import say_risk
from onboarding.contacts import describe_contact, shown_metadata, tasks_named
from onboarding.errors import JourneyNotFound
from onboarding.journeys import list_tasks
from onboarding.links import checklist_link
from onboarding.models import Artifact, Interaction, Journey, Task
from onboarding.queries.experiments import experiments_by_journey
from onboarding.queries.providers import list_providers_of_order
from onboarding.rules.risk import Risk, risk_of
from onboarding.states import AT_REST, InteractionChannel, JourneyStatus, RiskLevel, Side, TaskStatus
from onboarding.turns import waits_for
from smplat.console import timeline
from smplat.console.models import User
from smplat.console.timeline import TimelineContext

SEES_CUSTOMERS, MANAGES = "checkout.view_customer", "onboarding.manage_tasks"
MOST_INTERACTIONS = 50
# Times written as "3 h ago" are brought up to date this often although nothing happened.
REDRAWN_EVERY = timedelta(minutes=10)


@dataclass(frozen=True)
class TaskLine:
    """One task with what may be done about it."""

    id: UUID
    slug: str
    title: str
    description: str
    state: str
    kind: str
    is_done: bool
    is_blocked: bool
    due_at: datetime | None
    is_overdue: bool
    completed_at: datetime | None
    assignee: str
    comes_after: str
    nudges_sent: int


@dataclass(frozen=True)
class ArtifactLine:
    """One thing asked for or handed in."""

    label: str
    task: str
    is_required: bool
    asked_at: datetime
    received_at: datetime | None
    url: str


@dataclass(frozen=True)
class InteractionLine:
    """One line of the log for people."""

    summary: str
    # Titles of the tasks that a reminder named.
    tasks: tuple[str, ...]
    details: str
    channel: str
    actor: str
    by: str
    at: datetime
    # What became of a reminder's message: sent, queued, failed, or suppressed and why.
    delivery: str


def build_journey_page(*, journey_id: UUID, person: User, source: str, now: datetime) -> dict[str, Any]:
    """Everything of one journey; `source` narrows its timeline.

    Raises:
        JourneyNotFound: there is none.
    """
    journey = find_row(journey_id, now=now)
    tasks = list_tasks(journey)
    risk = risk_of_row(journey, now=now)
    side = Side(journey.turn)
    return {
        "journey": journey,
        "order": journey.order,
        "status_label": JourneyStatus(journey.status).label,
        "status_kind": STATUS_KINDS[JourneyStatus(journey.status)],
        "risk_label": f"{risk.level.label} risk",
        "risk_kind": RISK_KINDS[risk.level],
        "risk_words": "To watch" if risk.level is RiskLevel.LOW else "At risk because",
        "risk_reasons": say_risk(risk.reasons),
        "turn_words": SIDE_WORDS[side],
        "is_somebodys_turn": side is not Side.NOBODY,
        "tasks": [_task_line(task, tasks=tasks, now=now) for task in tasks],
        "artifacts": _artifact_lines(journey, tasks),
        "nudges": nudge_queue(journey, now=now),
        "experiments": experiments_by_journey([journey.pk]).get(journey.pk, ()),
        "providers": [provider_line(provider) for provider in list_providers_of_order(journey.order_id)],
        "clock": clock_line(journey, now=now),
        "interactions": _interactions(journey, sees_customers=person.has_perm(SEES_CUSTOMERS)),
        "most_interactions": MOST_INTERACTIONS,
        "sees_customers": person.has_perm(SEES_CUSTOMERS),
        "client": describe_contact(journey_id=journey.pk, now=now),
        "client_name": name_of(journey.order.customer),
        # Whoever has it can tick, so it is for those who may.
        "checklist_url": checklist_link(order_id=journey.order_id, now=now) if person.has_perm(MANAGES) else "",
        "story": timeline.read(TimelineContext(order_id=journey.order_id, may=person.has_perm), source=source),
        "chosen_source": source,
        "may_manage": person.has_perm(MANAGES),
        "may_assign": person.has_perm("onboarding.assign_journey"),
        "may_nudge": person.has_perm("onboarding.nudge_client"),
        "version": version_of(journey, now=now),
        "now_shown": now,
    }


def find_row(journey_id: UUID, *, now: datetime) -> Any:
    """The journey with its counts, order, customer, owner and template.

    Raises:
        JourneyNotFound: there is none.
    """
    rows: QuerySet[Any] = with_counts(Journey.objects.filter(pk=journey_id), now=now)
    journey = rows.select_related("order__customer", "owner", "template").first()
    if journey is None:
        raise JourneyNotFound
    return journey


def version_of(journey: Any, *, now: datetime) -> str:
    """Changes whenever the page would look different; every change of a journey settles it and moves `updated_at`."""
    slot = int(now.timestamp() // REDRAWN_EVERY.total_seconds())
    facts = (
        journey.updated_at,
        journey.last_touch_at,
        journey.owner_id,
        journey.order.status,
        journey.overdue_tasks,
        slot,
    )
    return hashlib.sha256(repr(facts).encode()).hexdigest()[:16]


def risk_of_row(journey: Any, *, now: datetime) -> Risk:
    """The risk of a journey that carries its counts (onboarding.at_risk.with_counts)."""
    return risk_of(
        status=JourneyStatus(journey.status),
        is_order_at_rest=journey.order.status in AT_REST,
        last_touch_at=journey.last_touch_at,
        overdue_tasks=journey.overdue_tasks,
        awaiting_artifacts=journey.awaiting_artifacts,
        now=now,
    )


def _task_line(task: Task, *, tasks: Sequence[Task], now: datetime) -> TaskLine:
    status, titles = TaskStatus(task.status), {other.slug: other.title for other in tasks}
    is_done = status is TaskStatus.COMPLETED
    return TaskLine(
        id=task.pk,
        slug=task.slug,
        title=task.title,
        description=task.description,
        state="Skipped" if task.is_skipped else str(status.label),
        kind="neutral" if task.is_skipped else TASK_KINDS[status],
        is_done=is_done,
        is_blocked=status is TaskStatus.BLOCKED,
        due_at=task.due_at,
        is_overdue=not is_done and task.due_at is not None and task.due_at <= now,
        completed_at=task.completed_at,
        assignee=task.assignee.get_username() if task.assignee else "",
        comes_after=titles.get(waits_for(task, tasks=tasks), ""),
        nudges_sent=task.nudges_sent,
    )


def _artifact_lines(journey: Journey, tasks: Sequence[Task]) -> list[ArtifactLine]:
    titles = {task.pk: task.title for task in tasks}
    artifacts = Artifact.objects.filter(journey=journey).order_by("created_at", "id")
    return [
        ArtifactLine(
            label=artifact.label,
            task=titles.get(artifact.task_id, "") if artifact.task_id else "",
            is_required=artifact.required,
            asked_at=artifact.created_at,
            received_at=artifact.received_at,
            # What was stored before addresses were checked is shown, never linked.
            url=artifact.url if artifact.url.startswith(("https://", "http://")) else "",
        )
        for artifact in artifacts
    ]


def _interactions(journey: Journey, *, sees_customers: bool) -> list[InteractionLine]:
    rows = Interaction.objects.filter(journey=journey).order_by("-created_at", "-id")[:MOST_INTERACTIONS]
    metadata = shown_metadata(rows)
    return [
        InteractionLine(
            summary=row.summary,
            tasks=tasks_named(row),
            # What a reminder says can hold a name.
            details=row.details if sees_customers or row.channel == InteractionChannel.DASHBOARD else "",
            channel=row.get_channel_display(),
            actor=row.get_actor_type_display(),
            by=str((row.metadata or {}).get("by", "")),
            at=row.created_at,
            delivery=str(((metadata[row.pk] or {}).get("nudge") or {}).get("delivery_status") or ""),
        )
        for row in rows
    ]
