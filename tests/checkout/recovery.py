"""Shorthands of the recovery tests: stalled checkouts, and what was written about them."""

from datetime import UTC, datetime, timedelta

from checkout.actors import Actor
from checkout.models import Orchestration, Order, RecoveryDecision, RecoveryPolicy
from checkout.states import ActorType
from smplat.outbox.models import Message

# Two hours after the orders of conftest were placed: the payment stage stalled after one and is due half an hour later.
LATER = datetime(2026, 6, 1, 14, tzinfo=UTC)
HOUR = timedelta(hours=1)
ADA = Actor(ActorType.OPERATOR, id="7", label="Ada")


def set_policy(stage: str = "payment", **values: object) -> None:
    RecoveryPolicy.objects.filter(stage=stage).update(**{"holdout_bps": 0, **values})


def set_checkout(order: Order, **values: object) -> None:
    Orchestration.objects.filter(order=order).update(**values)


def prompts() -> list[Message]:
    return list(Message.objects.filter(topic="checkout.recovery.prompt").order_by("created_at", "id"))


def calls() -> list[Message]:
    return list(Message.objects.filter(topic="checkout.escalation").order_by("created_at", "id"))


def decisions(order: Order) -> list[tuple[str, str]]:
    rows = RecoveryDecision.objects.filter(order=order).order_by("decided_at", "id")
    return [(row.action, row.reason) for row in rows]
