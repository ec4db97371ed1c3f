"""Handlers of the outbox tests; each writes into the database so that rollbacks show."""

from django.contrib.auth import get_user_model

from smplat.outbox.carrier import DeliveryRefused
from smplat.outbox.channels.event import Delivery


def keep(delivery: Delivery) -> None:
    get_user_model().objects.create(username=f"{delivery.payload['name']}")


def keep_and_fail(delivery: Delivery) -> None:
    keep(delivery)
    raise RuntimeError("no luck with ana@example.com")


def refuse(delivery: Delivery) -> None:
    raise DeliveryRefused("this order does not exist")


def names() -> list[str]:
    return sorted(get_user_model().objects.values_list("username", flat=True))
