"""Send a message again by hand."""

from datetime import datetime
from uuid import UUID

from django.db.models import F

from smplat.db import transaction
from smplat.errors import Conflict, Invalid
from smplat.outbox.choices import Channel, Happening, State
from smplat.outbox.models import DeliveryLogEntry, Message
from smplat.outbox.nudge import nudge_after_commit


class CannotBeResent(Conflict):
    """Only dead and suppressed messages, and delivered webhooks, can be sent again, and only before their text is purged."""

    code = "cannot-be-resent"


class ReasonMissing(Invalid):
    """Say why it is sent again."""

    code = "reason-missing"


def resend_message(*, message_id: UUID, by: str, reason: str, now: datetime) -> None:
    """Make a message due now, with its attempts forgiven and its history and ids kept.

    Consent is asked again in the claim: what a recipient switched off stays unsent. Of two people at once one gets
    CannotBeResent.

    Raises:
        CannotBeResent, ReasonMissing
    """
    if not reason.strip():
        raise ReasonMissing(field="reason")
    with transaction():
        message = Message.objects.select_for_update().filter(pk=message_id).first()
        if message is None or not _may_be_resent(message):
            raise CannotBeResent
        Message.objects.filter(pk=message_id).update(
            state=State.PENDING,
            due_at=now,
            attempts_forgiven=F("attempts"),
            suppressed_because="",
            delivered_at=None,
            last_error="",
        )
        DeliveryLogEntry.objects.create(message=message, happening=Happening.RESENT, at=now, by=by, detail=reason)
        nudge_after_commit(message.channel)


def _may_be_resent(message: Message) -> bool:
    if message.purged_at is not None:
        return False
    redeliverable = message.state == State.DELIVERED and message.channel == Channel.WEBHOOK
    return redeliverable or message.state in (State.DEAD, State.SUPPRESSED)
