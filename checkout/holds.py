"""Which holds are on orders: set-based, for sweeps that decide about many while their rows are held."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from checkout.models import OrderItem
from smplat.bulk_rows import among
from smplat.operations.holds import Subject, find_holds
from smplat.operations.models import HoldScope

# What a decision says about a hold; the hold itself has the words of the person who placed it.
HOLD_REASONS: Final = {
    HoldScope.ORDER: "order-snoozed",
    HoldScope.PROVIDER: "provider-paused",
    HoldScope.STAGE: "stage-held",
    HoldScope.EVERYTHING: "everything-held",
}


@dataclass(frozen=True)
class OrderHold:
    """One hold in force on an order."""

    scope: HoldScope
    # None: until a person releases it.
    until: datetime | None

    @property
    def reason(self) -> str:
        """Stable code for decisions."""
        return HOLD_REASONS[self.scope]


def holds_by_order(
    order_ids: Collection[UUID], *, stages: Mapping[UUID, str] | None = None, now: datetime
) -> dict[UUID, list[OrderHold]]:
    """The holds in force on these orders, the broadest first; orders without any are left out. Two queries.

    Args:
        order_ids: the orders.
        stages: the stage of each order's checkout, where holds on stages count.
        now: the present moment.
    """
    stages = stages or {}
    providers = _providers_of(order_ids)
    held = find_holds(
        keys_by_scope={
            HoldScope.ORDER: list(map(str, order_ids)),
            HoldScope.PROVIDER: set().union(*providers.values()),
            HoldScope.STAGE: set(stages.values()),
        },
        now=now,
    )
    if not held:
        return {}
    found: dict[UUID, list[OrderHold]] = {}
    for order_id in order_ids:
        subjects = _subjects_of(order_id, stage=stages.get(order_id), providers=providers.get(order_id, set()))
        holds = [OrderHold(subject.scope, held[subject].until) for subject in subjects if subject in held]
        if holds:
            found[order_id] = holds
    return found


def _providers_of(order_ids: Collection[UUID]) -> dict[UUID, set[str]]:
    items = among(OrderItem.objects.filter(provider__isnull=False), "order_id", order_ids)
    providers: dict[UUID, set[str]] = defaultdict(set)
    for order_id, provider_id in items.values_list("order_id", "provider_id"):
        providers[order_id].add(str(provider_id))
    return providers


def _subjects_of(order_id: UUID, *, stage: str | None, providers: Collection[str]) -> list[Subject]:
    return [
        Subject(HoldScope.EVERYTHING),
        *([Subject(HoldScope.STAGE, stage)] if stage else []),
        *(Subject(HoldScope.PROVIDER, provider) for provider in sorted(providers)),
        Subject(HoldScope.ORDER, str(order_id)),
    ]
