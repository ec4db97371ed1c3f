"""What the checkout tells the first page of the console."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from django.db.models import Count, QuerySet, Sum
from django.urls import reverse

from checkout.models import Escalation, Order, RecoveryAction, RecoveryDecision
from checkout.stalled import list_stalled
from smplat.console.attention import AttentionContext, Card, Severity
from smplat.console.overview import Figure
from smplat.console.templatetags.console import money, thousands

# Cards read at most so many rows: beyond, they say "1,000+", and the money is that of those read.
MOST_COUNTED: Final = 1_000
DAY: Final = timedelta(days=1)
_QUEUE: Final = "admin:checkout_escalation_changelist"


def stalled_checkouts(context: AttentionContext) -> Iterator[Card]:
    """Checkouts that stand still."""
    stalled = list_stalled(Order.objects.order_by(), before=context.now)
    read = list(stalled.values_list("currency", "total", "stalled_at")[: MOST_COUNTED + 1])
    if not read:
        return
    is_lower_bound, read = len(read) > MOST_COUNTED, read[:MOST_COUNTED]
    yield Card(
        title="Stalled checkouts",
        count=len(read),
        is_lower_bound=is_lower_bound,
        detail="Longer without movement than their stage's policy is patient. The recovery page has all of them by stage.",
        url=f"{reverse('admin:checkout_order_changelist')}?stalled=now",
        severity=Severity.WARNING,
        permission="checkout.view_order",
        money=_add_up((currency, total) for currency, total, _ in read),
        oldest_at=min(stalled_at for *_, stalled_at in read),
    )


def late_escalations(context: AttentionContext) -> Iterator[Card]:
    """Escalations past their deadline."""
    yield from _card(
        _unacknowledged().filter(deadline_at__lte=context.now),
        title="Escalations past their deadline",
        detail="Nobody has taken them, and the time to do so is over: they are called again until somebody does.",
        situation="late",
        severity=Severity.CRITICAL,
    )


def escalations_to_take(context: AttentionContext) -> Iterator[Card]:
    """Escalations that nobody has acknowledged."""
    yield from _card(
        _unacknowledged().filter(deadline_at__gt=context.now),
        title="Escalations to acknowledge",
        detail="A person was called for these checkouts. Whoever acknowledges one owns it.",
        situation="untaken",
        severity=Severity.WARNING,
    )


def last_day(now: datetime) -> Iterator[Figure]:
    """Orders and prompts of the last 24 hours; both by an index on time (orders_newest_first, decisions_by_time)."""
    placed = Order.objects.filter(created_at__gt=now - DAY, created_at__lte=now).order_by()
    rows = list(placed.values_list("currency").annotate(Count("pk"), Sum("total")).order_by("currency"))
    yield Figure(
        title="Orders in the last 24 hours",
        value=thousands(sum(count for _, count, _ in rows)),
        detail=money({currency: total for currency, _, total in rows}),
        url=reverse("admin:checkout_order_changelist"),
        permission="checkout.view_order",
    )
    prompts = RecoveryDecision.objects.filter(
        decided_at__gt=now - DAY, decided_at__lte=now, action=RecoveryAction.PROMPT
    )
    yield Figure(
        title="Prompts in the last 24 hours",
        value=thousands(prompts.count()),
        detail="what they brought is under Results",
        url=reverse("admin:checkout_recovery"),
        permission="checkout.view_recoverypolicy",
    )


def _unacknowledged() -> QuerySet[Escalation]:
    """By the index escalations_to_acknowledge."""
    return Escalation.objects.filter(acknowledged_at__isnull=True, resolved_at__isnull=True)


def _card(
    waiting: QuerySet[Escalation], *, title: str, detail: str, situation: str, severity: Severity
) -> Iterator[Card]:
    first = waiting.order_by("deadline_at", "id").values_list("order__currency", "order__total", "opened_at")
    read = list(first[: MOST_COUNTED + 1])
    if not read:
        return
    is_lower_bound, read = len(read) > MOST_COUNTED, read[:MOST_COUNTED]
    yield Card(
        title=title,
        count=len(read),
        is_lower_bound=is_lower_bound,
        detail=detail,
        url=f"{reverse(_QUEUE)}?situation={situation}",
        severity=severity,
        permission="checkout.view_escalation",
        money=_add_up((currency, total) for currency, total, _ in read),
        oldest_at=min(opened_at for *_, opened_at in read),
    )


def _add_up(amounts: Iterable[tuple[str, Decimal]]) -> dict[str, Decimal]:
    total: dict[str, Decimal] = {}
    for currency, amount in amounts:
        total[currency] = total.get(currency, Decimal(0)) + amount
    return total
