"""Escalations: a stalled checkout becomes the work of one person. Helpers for actions that hold the order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.urls import reverse

from checkout.models import Escalation, EscalationReason, Order, RecoveryPolicy
from checkout.states import Stage
from smplat.db import require_transaction
from smplat.money import format_money
from smplat.outbox.choices import Channel
from smplat.outbox.enqueue import Draft, enqueue_all

TOPIC = "checkout.escalation"
# For a stage whose policy is gone.
DEFAULT_DEADLINE = timedelta(hours=4)

# Nearly every order that moves has none: one look that is the change as well.
RESOLVE_OPEN: Final = """
UPDATE checkout_escalation SET resolved_at = %s, resolution = %s WHERE order_id = %s AND resolved_at IS NULL RETURNING id
"""

OPENED = "needs a person"
CALLED_AGAIN = "still needs a person"
ACKNOWLEDGED = "is taken care of"
RESOLVED = "is resolved"


@dataclass(frozen=True)
class Call:
    """A person is needed for a held order."""

    order: Order
    stage: Stage
    reason: EscalationReason
    policy: RecoveryPolicy | None
    note: str = ""


def open_escalations(calls: Sequence[Call], *, now: datetime) -> list[Escalation]:
    """Call a person for each order that has no open escalation yet. The caller holds the orders.

    Emits `checkout.escalation` where the policy names a channel.
    """
    require_transaction()
    if not calls:
        return []
    ids = [call.order.pk for call in calls]
    taken = set(
        Escalation.objects.filter(order_id__in=ids, resolved_at__isnull=True).values_list("order_id", flat=True)
    )
    fresh = [call for call in calls if call.order.pk not in taken]
    opened = Escalation.objects.bulk_create(_escalation_of(call, now=now) for call in fresh)
    tell(opened, what=OPENED, now=now)
    return opened


def call_again(escalations: Sequence[Escalation], *, now: datetime) -> None:
    """Give each a new deadline and call anew. The caller holds the escalations."""
    require_transaction()
    policies = _policies()
    for escalation in escalations:
        escalation.times_called += 1
        escalation.deadline_at = now + deadline_of(policies.get(escalation.stage))
        escalation.save(update_fields=["times_called", "deadline_at"])
    tell(escalations, what=CALLED_AGAIN, now=now)


def resolve_open(*, order_id: UUID, resolution: str, now: datetime) -> None:
    """End the open escalation of an order, if there is one: what it called for has happened."""
    require_transaction()
    with connection.cursor() as cursor:
        cursor.execute(RESOLVE_OPEN, [now, resolution, order_id])
        resolved = [escalation_id for (escalation_id,) in cursor.fetchall()]
    if resolved:
        escalations = Escalation.objects.select_related("order").filter(pk__in=resolved)
        tell(list(escalations), what=RESOLVED, now=now, more=resolution)


def tell(escalations: Sequence[Escalation], *, what: str, now: datetime, more: str = "") -> None:
    """Say it in Slack, where the policy of the stage names a channel; the console shows all of them."""
    policies = _policies() if escalations else {}
    drafts = [
        Draft(
            topic=TOPIC,
            channel=Channel.SLACK,
            recipient=policies[escalation.stage].escalation_channel,
            payload=_payload_of(escalation, what=what, more=more),
            dedupe_key=f"{escalation.pk}:{escalation.times_called}:{what}",
        )
        for escalation in escalations
        if escalation.stage in policies and policies[escalation.stage].escalation_channel
    ]
    if drafts:
        enqueue_all(drafts, now=now)


def deadline_of(policy: RecoveryPolicy | None) -> timedelta:
    """How long the stage gives a person to acknowledge."""
    return timedelta(minutes=policy.escalation_deadline_minutes) if policy else DEFAULT_DEADLINE


def _escalation_of(call: Call, *, now: datetime) -> Escalation:
    return Escalation(
        order=call.order,
        stage=call.stage,
        reason=call.reason,
        note=call.note,
        opened_at=now,
        deadline_at=now + deadline_of(call.policy),
    )


def _policies() -> dict[str, RecoveryPolicy]:
    return {policy.stage: policy for policy in RecoveryPolicy.objects.all()}


def _payload_of(escalation: Escalation, *, what: str, more: str) -> dict[str, Any]:
    order = escalation.order
    return {
        # An update changes the post of the call it belongs to; calling again posts anew, or nobody would notice.
        "conversation": f"escalation:{escalation.pk}:{escalation.times_called}",
        "order_number": order.order_number,
        "path": reverse("admin:checkout_order_change", args=[order.pk]),
        "amount": format_money(order.total, currency=order.currency, locale="en-US"),
        "stage": Stage(escalation.stage).label,
        "reason": EscalationReason(escalation.reason).label,
        "note": escalation.note,
        "what": what,
        "more": more,
        "times_called": escalation.times_called,
        "deadline": f"{escalation.deadline_at:%Y-%m-%d %H:%M} UTC",
        "is_open": what in {OPENED, CALLED_AGAIN},
    }
