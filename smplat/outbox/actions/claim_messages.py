"""Take a batch of due messages for delivery."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from smplat.db import transaction
from smplat.ids import new_id
from smplat.outbox.choices import Channel, Happening, State, Suppression
from smplat.outbox.models import DeliveryLogEntry, Message, Preference, WebhookEndpoint
from smplat.outbox.rules import decide_suppression

# Long enough for a whole batch of slow deliveries; each delivery renews it for itself.
BATCH_LEASE = timedelta(minutes=5)


@dataclass(frozen=True)
class Claimed:
    """What one claim took; `suppressed` counts what the claim decided not to send."""

    messages: Sequence[Message]
    suppressed: int


def claim_messages(
    *, channel: str, recipient: str | None = None, is_configured: bool, limit: int, now: datetime
) -> Claimed:
    """Lease due messages of one channel, or of one recipient on it, oldest first.

    Those whose recipient does not want them, or is an endpoint that was switched off, are suppressed.

    Consent is read while the rows are held. Two relays never get the same message (SKIP LOCKED).
    """
    with transaction():
        due = Message.objects.filter(channel=channel, state=State.PENDING, due_at__lte=now)
        if recipient is not None:
            due = due.filter(recipient=recipient)
        held = list(due.order_by("due_at").select_for_update(skip_locked=True)[:limit])
        reasons = _reasons_not_to_send(held, is_configured=is_configured)
        _suppress([message for message in held if message.pk in reasons], reasons, now)
        wanted = [message for message in held if message.pk not in reasons]
        _lease(wanted, now)
        return Claimed(wanted, suppressed=len(reasons))


def _reasons_not_to_send(messages: Sequence[Message], *, is_configured: bool) -> dict[UUID, Suppression]:
    people = {message.recipient_id for message in messages if message.category}
    preferences = Preference.objects.in_bulk([person for person in people if person]) if people else {}
    switched_off = _switched_off(messages)
    reasons = {}
    for message in messages:
        choice = preferences.get(message.recipient_id) or Preference()
        allows = not message.category or choice.allows(message.category)
        reason = decide_suppression(
            is_configured=is_configured,
            category=message.category,
            allows=allows,
            is_endpoint_off=message.channel == Channel.WEBHOOK and message.recipient in switched_off,
        )
        if reason:
            reasons[message.pk] = reason
    return reasons


def _switched_off(messages: Sequence[Message]) -> set[str]:
    """The endpoints of these messages that are off, or gone."""
    named = {message.recipient for message in messages if message.channel == Channel.WEBHOOK}
    if not named:
        return named
    active = WebhookEndpoint.objects.filter(pk__in=[int(pk) for pk in named if pk.isdecimal()], is_active=True)
    return named - {str(pk) for pk in active.values_list("pk", flat=True)}


def _suppress(messages: Sequence[Message], reasons: dict[UUID, Suppression], now: datetime) -> None:
    for message in messages:
        message.state = State.SUPPRESSED
        message.suppressed_because = reasons[message.pk]
    Message.objects.bulk_update(messages, ["state", "suppressed_because"])
    DeliveryLogEntry.objects.bulk_create(
        DeliveryLogEntry(message=message, happening=Happening.SUPPRESSED, at=now, detail=reasons[message.pk].label)
        for message in messages
    )


def _lease(messages: Sequence[Message], now: datetime) -> None:
    lease_id, lease_until = new_id(), now + BATCH_LEASE
    for message in messages:
        message.state, message.lease_id, message.lease_until = State.LEASED, lease_id, lease_until
    Message.objects.filter(pk__in=[message.pk for message in messages]).update(
        state=State.LEASED, lease_id=lease_id, lease_until=lease_until
    )
