"""Forget a person: part of `erase_person`."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from smplat.db import transaction
from smplat.outbox.choices import AT_REST, Happening, State, Suppression
from smplat.outbox.models import DeliveryLogEntry, Message, Preference


@dataclass(frozen=True)
class Erased:
    """What was forgotten: messages emptied of text and address, and how many of them had still been waiting.

    `in_delivery` messages are on their way at this moment and need a second run once they have arrived.
    """

    emptied: int
    withheld: int
    in_delivery: int


def erase_recipient(*, recipient_id: UUID, now: datetime) -> Erased:
    """Empty everything ever written to a person, send nothing that still waits, and drop their preferences.

    Rows, log and the evidence of consent stay: they hold an id and no name. Twice is once.
    """
    with transaction():
        theirs = Message.objects.filter(recipient_id=recipient_id).order_by("pk").select_for_update()
        held = list(theirs.values_list("pk", "state", "purged_at"))
        waiting = [pk for pk, state, _ in held if state == State.PENDING]
        resting = Q(state__in=AT_REST, purged_at__isnull=True)
        Message.objects.filter(pk__in=waiting).update(state=State.SUPPRESSED, suppressed_because=Suppression.ERASED)
        DeliveryLogEntry.objects.bulk_create(
            DeliveryLogEntry(message_id=pk, happening=Happening.SUPPRESSED, at=now, detail=Suppression.ERASED.label)
            for pk in waiting
        )
        emptied = Message.objects.filter(resting, recipient_id=recipient_id)
        count = emptied.update(payload={}, recipient="", last_error="", purged_at=now)
        Preference.objects.filter(recipient_id=recipient_id).delete()
    in_delivery = sum(state == State.LEASED for _, state, _ in held)
    return Erased(emptied=count, withheld=len(waiting), in_delivery=in_delivery)
