"""An operator asks the client for something more."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from onboarding.errors import LabelMissing
from onboarding.interventions import Intervention, intervention, log
from onboarding.journeys import Held, change_task_status, hold_journey, settle, write_event
from onboarding.models import Artifact, Task
from onboarding.states import ActorType, JourneyEventType, SelfCheck, TaskStatus
from smplat.db import Receipt, transaction

LABEL_LENGTH = 255


@dataclass(frozen=True)
class ArtifactRequested:
    """The artifact, and whether anything was written."""

    journey_id: UUID
    artifact_id: UUID
    has_changed: bool


def request_artifact(
    *,
    journey_id: UUID,
    task_id: UUID | None,
    label: str,
    required: bool,
    reason: str,
    by: str,
    now: datetime,
    receipt: Receipt | None = None,
) -> ArtifactRequested:
    """Ask for an artifact, for one task or for the journey as a whole; asking twice for the same writes nothing.

    A task that completes itself when everything has come in is open again: something is missing now.

    Raises:
        ReasonMissing, LabelMissing: it is blank.
        JourneyNotFound, TaskNotFound: there is none.
    """
    cause = intervention(by=by, reason=reason, at=now)
    wanted = label.strip()
    if not wanted or len(wanted) > LABEL_LENGTH:
        raise LabelMissing(field="label")
    with transaction(receipt=receipt) as keep:
        held = hold_journey(journey_id)
        task = held.get_task(task_id) if task_id else None
        known = Artifact.objects.filter(journey=held.journey, task=task, label=wanted).first()
        if known:
            return keep(ArtifactRequested(journey_id, known.pk, has_changed=False))
        artifact = _ask(held, cause, task=task, label=wanted, required=required)
        has_moved = required and task is not None and _reopen(held, task, at=now)
        settle(held=held, has_moved=has_moved, at=now, now=now)
        return keep(ArtifactRequested(journey_id, artifact.pk, has_changed=True))


def _ask(held: Held, cause: Intervention, *, task: Task | None, label: str, required: bool) -> Artifact:
    artifact = Artifact.objects.create(
        journey=held.journey, task=task, label=label, required=required, created_at=cause.at, updated_at=cause.at
    )
    write_event(
        journey=held.journey,
        event_type=JourneyEventType.ARTIFACT_REQUESTED,
        task=task,
        metadata=cause.as_metadata(artifact_id=str(artifact.pk), label=label, required=required),
        at=cause.at,
    )
    log(held, cause, summary=f"Asked for: {label}", task=task)
    return artifact


def _reopen(held: Held, task: Task, *, at: datetime) -> bool:
    if task.self_check != SelfCheck.ARTIFACTS_RECEIVED or task.status != TaskStatus.COMPLETED or task.is_skipped:
        return False
    metadata = {"actor": ActorType.SYSTEM.value, "self_check": task.self_check}
    change_task_status(held=held, task=task, status=TaskStatus.PENDING, at=at, metadata=metadata)
    return True
