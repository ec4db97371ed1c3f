"""A person reminds a client, in their own words."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from onboarding.errors import TaskNotFound, UnsupportedChannel
from onboarding.journeys import Held, hold_journey, settle, write_interaction
from onboarding.models import NudgeDecision, Task
from onboarding.nudge_messages import Letter, draft_of
from onboarding.nudge_words import Words
from onboarding.policies import get_policy_row
from onboarding.states import ActorType, InteractionChannel, NudgeAction
from smplat.db import Receipt, transaction
from smplat.ids import new_id
from smplat.outbox.channels.registry import open_carrier
from smplat.outbox.choices import Category, Channel
from smplat.outbox.enqueue import enqueue
from smplat.outbox.queries import get_preference

CHANNELS = {InteractionChannel.EMAIL: Channel.EMAIL, InteractionChannel.SLACK: Channel.SLACK}
SUMMARY = "Reminder written by hand"
BY_HAND = "by-hand"


@dataclass(frozen=True)
class ManualNudge:
    """`status` is "sent" when an email can leave at once, else "queued"; without an address there is no message."""

    status: str
    interaction_id: UUID
    message_id: UUID | None
    # Stable code of what stands against it (no-address, opted-out), or empty.
    obstacle: str


def send_manual_nudge(
    *,
    journey_id: UUID,
    task_id: UUID | None,
    channel: str,
    subject: str,
    message: str,
    triggered_by: str,
    now: datetime,
    receipt: Receipt | None = None,
) -> ManualNudge:
    """Write a nudge with its interaction and decision. It heeds no window and no quiet hours, but always consent.

    Emits `onboarding.nudge`, unless the client has no address. A person who opted out gets nothing: the relay suppresses
    the message, with that reason on record.

    Raises:
        UnsupportedChannel: neither email nor Slack.
        JourneyNotFound: there is none.
        TaskNotFound: the journey has no such task.
    """
    if channel not in CHANNELS:
        raise UnsupportedChannel
    way, words = CHANNELS[InteractionChannel(channel)], Words(subject, message)
    with transaction(receipt=receipt) as keep:
        held = hold_journey(journey_id)
        task = _find_task(held, task_id)
        obstacle = _obstacle(held)
        message_id = None if obstacle == "no-address" else _enqueue(held, channel=way, words=words, now=now)
        interaction = write_interaction(
            journey=held.journey,
            task=task,
            actor=ActorType.OPERATOR,
            channel=InteractionChannel(channel),
            summary=SUMMARY,
            details=f"{subject}\n\n{message}",
            metadata=_metadata(held, task=task, channel=channel, triggered_by=triggered_by, obstacle=obstacle),
            message_id=message_id,
            at=now,
        )
        _write_decision(held, task=task, obstacle=obstacle, message_id=message_id, now=now)
        settle(held=held, has_moved=False, at=now, now=now)
        leaves_now = way is Channel.EMAIL and not obstacle and open_carrier(Channel.EMAIL).is_configured()
        return keep(ManualNudge("sent" if leaves_now else "queued", interaction.pk, message_id, obstacle))


def _find_task(held: Held, task_id: UUID | None) -> Task | None:
    if task_id is None:
        return None
    task = next((task for task in held.tasks if task.pk == task_id), None)
    if task is None:
        raise TaskNotFound
    return task


def _obstacle(held: Held) -> str:
    customer = held.journey.order.customer
    if customer is None or not customer.email:
        return "no-address"
    return "" if get_preference(customer.pk).allows(Category.ONBOARDING) else "opted-out"


def _enqueue(held: Held, *, channel: Channel, words: Words, now: datetime) -> UUID:
    customer = held.journey.order.customer
    assert customer is not None
    letter = Letter(customer=customer, channel=channel, words=words, journeys=[held.journey])
    return enqueue(draft_of(letter, dedupe_key=f"{BY_HAND}:{new_id()}", now=now), now=now).message_id


def _metadata(held: Held, *, task: Task | None, channel: str, triggered_by: str, obstacle: str) -> dict[str, Any]:
    """What contract 3.3 wants in the log; `delivery_status` is not stored but read from the message when it is shown."""
    key = f"{task.pk if task else held.journey.pk}:manual:{channel}"
    nudge = {
        "key": key,
        "triggered_by": triggered_by,
        "channel": channel,
        "manual": True,
        "tasks": [{"task_id": str(task.pk), "title": task.title, "key": key}] if task else [],
    }
    return {"nudge": {**nudge, "obstacle": obstacle} if obstacle else nudge}


def _write_decision(held: Held, *, task: Task | None, obstacle: str, message_id: UUID | None, now: datetime) -> None:
    NudgeDecision.objects.create(
        journey=held.journey,
        task=task,
        policy_version=get_policy_row().version,
        action=NudgeAction.SUPPRESS if obstacle else NudgeAction.NUDGE,
        reason=obstacle or BY_HAND,
        message_id=message_id,
        decided_at=now,
    )
