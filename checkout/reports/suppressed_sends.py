"""Prompts that were not sent, why, and the money at risk behind them.

A send counts as suppressed when a sweep found a checkout due and did not write to its customer: held back, said no, held
out, at night, without an address, or a message that the outbox did not let go. A checkout counts once for each reason. It is
*at risk* while the order is still open.
"""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.db import connection

from checkout.states import OrderStatus

# Decisions by the index decisions_by_time; messages by outbox_state_newest. A suppressed message is one a decision names.
SUPPRESSED = """
WITH withheld AS (
    SELECT DISTINCT order_id, reason FROM checkout_recoverydecision
    WHERE decided_at >= %(since)s AND decided_at < %(until)s
        AND (action IN ('hold', 'suppress', 'observe', 'defer') OR (action = 'escalate' AND reason = 'no-address'))
    UNION
    SELECT DISTINCT decision.order_id, 'message-' || message.suppressed_because
    FROM checkout_recoverydecision AS decision
    JOIN outbox_message AS message ON message.id = decision.message_id
    WHERE decision.decided_at >= %(since)s AND decision.decided_at < %(until)s AND decision.action = 'prompt'
        AND message.state = 'suppressed'
)
SELECT withheld.reason, placed.currency, count(*),
    count(*) FILTER (WHERE placed.status = ANY(%(open)s)),
    COALESCE(sum(placed.total) FILTER (WHERE placed.status = ANY(%(open)s)), 0)
FROM withheld JOIN checkout_order AS placed ON placed.id = withheld.order_id
GROUP BY withheld.reason, placed.currency
ORDER BY placed.currency
"""
OPEN = [OrderStatus.PENDING.value, OrderStatus.PROCESSING.value, OrderStatus.ACTIVE.value]


@dataclass
class SuppressedSends:
    """The checkouts whose customers were not written to for one reason."""

    reason: str
    checkouts: int = 0
    # Of them, those whose order is still open, and what they are worth by currency.
    open_checkouts: int = 0
    money_at_risk: dict[str, Decimal] = field(default_factory=dict)


def list_suppressed_sends(*, since: datetime, until: datetime) -> list[SuppressedSends]:
    """By reason, the most checkouts first."""
    found: dict[str, SuppressedSends] = {}
    with connection.cursor() as cursor:
        cursor.execute(SUPPRESSED, {"since": since, "until": until, "open": OPEN})
        for reason, currency, checkouts, still_open, money in cursor.fetchall():
            one = found.setdefault(reason, SuppressedSends(reason))
            one.checkouts += checkouts
            one.open_checkouts += still_open
            if still_open:
                one.money_at_risk[currency] = one.money_at_risk.get(currency, Decimal(0)) + money
    return sorted(found.values(), key=lambda one: (-one.checkouts, one.reason))
