"""A client hands something in, as a link."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator

from onboarding.errors import ArtifactNotFound, InvalidLink
from onboarding.journeys import Held, change_task_status, hold_journey, settle, write_event, write_interaction
from onboarding.models import Artifact, Task
from onboarding.self_completion import complete_what_is_done
from onboarding.states import ActorType, InteractionChannel, JourneyEventType, TaskStatus
from smplat.db import Receipt, transaction

LINK_LENGTH = 2048
# What an operator's browser may open: never javascript:, data: or file:.
check_link = URLValidator(schemes=["http", "https"])


@dataclass(frozen=True)
class ArtifactReceived:
    """The artifact, and whether anything was written."""

    journey_id: UUID
    artifact_id: UUID
    has_changed: bool


def receive_artifact(
    *,
    journey_id: UUID,
    artifact_id: UUID,
    url: str,
    actor: ActorType,
    now: datetime,
    receipt: Receipt | None = None,
) -> ArtifactReceived:
    """Take a link in; another one replaces it, the same one changes nothing.

    The artifact's task is begun, or completed when its self-check passes now.

    Raises:
        InvalidLink: it is no http or https address.
        JourneyNotFound, ArtifactNotFound: there is none.
    """
    link = _checked(url)
    with transaction(receipt=receipt) as keep:
        held = hold_journey(journey_id)
        artifact = Artifact.objects.filter(journey=held.journey, pk=artifact_id).first()
        if artifact is None:
            raise ArtifactNotFound
        has_changed = artifact.url != link
        if has_changed:
            _take_in(held, artifact, link=link, actor=actor, at=now)
            settle(held=held, has_moved=True, at=now, now=now)
        return keep(ArtifactReceived(journey_id, artifact_id, has_changed))


def _checked(url: str) -> str:
    link = url.strip()
    try:
        check_link(link)
    except ValidationError:
        raise InvalidLink(field="url") from None
    if len(link) > LINK_LENGTH:
        raise InvalidLink(field="url")
    return link


def _take_in(held: Held, artifact: Artifact, *, link: str, actor: ActorType, at: datetime) -> None:
    is_replaced = bool(artifact.url)
    artifact.url, artifact.received_at, artifact.updated_at = link, at, at
    artifact.save()
    task = next((task for task in held.tasks if task.pk == artifact.task_id), None)
    write_event(
        journey=held.journey,
        event_type=JourneyEventType.ARTIFACT_RECEIVED,
        task=task,
        # The link itself can be personal; the log can never be erased.
        metadata={
            "actor": actor.value,
            "artifact_id": str(artifact.pk),
            "label": artifact.label,
            "replaced": is_replaced,
        },
        at=at,
    )
    write_interaction(
        journey=held.journey,
        task=task,
        actor=actor,
        channel=InteractionChannel.DASHBOARD,
        summary=f"Received: {artifact.label}"[:255],
        at=at,
    )
    if task:
        _move_on(held, task, actor=actor, at=at)


def _move_on(held: Held, task: Task, *, actor: ActorType, at: datetime) -> None:
    if task.status == TaskStatus.PENDING:
        change_task_status(held=held, task=task, status=TaskStatus.IN_PROGRESS, at=at, metadata={"actor": actor.value})
    complete_what_is_done(held=held, at=at, task=task)
