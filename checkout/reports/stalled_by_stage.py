"""What stands still, by stage: how many checkouts, worth how much, since when."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from django.db.models import Count, Min, Sum

from checkout.models import Order
from checkout.stalled import list_stalled
from checkout.states import STAGES, Stage


@dataclass
class StalledStage:
    """The stalled checkouts of one stage; money by currency, never added up."""

    stage: Stage
    count: int = 0
    money: dict[str, Decimal] = field(default_factory=dict)
    oldest_at: datetime | None = None


def list_stalled_by_stage(*, now: datetime) -> list[StalledStage]:
    """Every stage that can stall, in their order, also those where nothing does.

    Reads the open orders alone (orders_open, orchestrations_open), however many are at rest.
    """
    found: dict[Stage, StalledStage] = {stage: StalledStage(stage) for stage in STAGES if stage is not Stage.COMPLETED}
    stalled = list_stalled(Order.objects.all(), before=now).order_by()
    rows = stalled.values("orchestration__current_stage", "currency").annotate(
        count=Count("pk"), money=Sum("total"), oldest_at=Min("stalled_at")
    )
    for row in rows.order_by("currency"):
        stage = found[Stage(row["orchestration__current_stage"])]
        stage.count += row["count"]
        currency: str = row["currency"]
        stage.money[currency] = stage.money.get(currency, Decimal(0)) + row["money"]
        stage.oldest_at = min(filter(None, (stage.oldest_at, row["oldest_at"])))
    return list(found.values())
