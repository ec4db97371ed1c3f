"""The providers behind an order's items, and whether they are paused (contract 3.10, providerAutomation)."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from checkout.models import OrderItem
from guardrails.models import Provider
from smplat.operations.models import Hold, HoldScope


@dataclass(frozen=True)
class GuardrailStatus:
    """What was last done about a provider."""

    is_paused: bool
    last_action: str
    updated_at: datetime


@dataclass(frozen=True)
class ProviderOfOrder:
    """One provider with the order's items that it fulfils: (id, title)."""

    provider_id: str
    provider_name: str
    items: tuple[tuple[UUID, str], ...]
    # None: nothing was ever done about it.
    guardrail: GuardrailStatus | None


def list_providers_of_order(order_id: UUID) -> list[ProviderOfOrder]:
    """In the order of the items."""
    items = OrderItem.objects.filter(order=order_id).exclude(provider=None).select_related("provider")
    by_provider: dict[Provider, list[OrderItem]] = defaultdict(list)
    for item in items.order_by("position"):
        if item.provider:
            by_provider[item.provider].append(item)
    statuses = _guardrails(list(by_provider))
    return [
        ProviderOfOrder(
            provider_id=provider.pk,
            provider_name=provider.name,
            items=tuple((item.pk, item.product_title) for item in found),
            guardrail=statuses.get(provider.pk),
        )
        for provider, found in by_provider.items()
    ]


def _guardrails(providers: list[Provider]) -> dict[str, GuardrailStatus]:
    """By the newest hold of each: pausing places one, resuming releases it."""
    newest = (
        Hold.objects.filter(scope=HoldScope.PROVIDER, subject__in=[provider.pk for provider in providers])
        .order_by("subject", "-placed_at", "-id")
        .distinct("subject")
    )
    paused = {provider.pk: provider.is_paused for provider in providers}
    return {
        hold.subject: GuardrailStatus(
            is_paused=paused[hold.subject],
            last_action="resume" if hold.released_at else "pause",
            updated_at=hold.released_at or hold.placed_at,
        )
        for hold in newest
    }
