"""Forget what a client said in onboarding: part of `erase_person`."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from checkout.models import Order
from onboarding.models import Artifact, Interaction, Journey
from smplat.db import transaction

# A received artifact has a link, by constraint; this one leads nowhere by standard (RFC 2606).
NO_LINK = "https://erased.invalid/"


@dataclass(frozen=True)
class ClientErased:
    """How many rows were emptied."""

    journeys: int
    interactions: int
    artifacts: int


def erase_client(*, customer_id: UUID, now: datetime) -> ClientErased:
    """Empty what the storefront and the client said, what we wrote to them, and the links they handed in. Twice is once.

    Tasks, progress and the log stay: they name nobody. So does a referral code: it belongs to who gave it away.
    """
    with transaction() as keep:
        # By id, as everybody locks several.
        locked = Journey.objects.select_for_update(no_key=True).order_by("pk")
        orders = Order.objects.filter(customer=customer_id)
        theirs = list(locked.filter(order__in=orders).values_list("pk", flat=True))
        links = Artifact.objects.filter(journey__in=theirs).exclude(url__in=["", NO_LINK])
        return keep(
            ClientErased(
                journeys=Journey.objects.filter(pk__in=theirs).exclude(context={}).update(context={}),
                interactions=Interaction.objects.filter(journey__in=theirs).exclude(details="").update(details=""),
                artifacts=links.update(url=NO_LINK, updated_at=now),
            )
        )
