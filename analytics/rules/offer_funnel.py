"""Impressions, clicks and accepts of offers, and the rates between them. Pure: summed rows in, figures out."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from analytics.vocabulary import STAGE_OF_EVENT_TYPE, EventType, FunnelStage

# Below this a share is written as "less than": two decimals would show it as zero.
SMALLEST_SHOWN_PERCENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class StageCounts:
    """Events by stage. An accept counts with or without a click before it, so a rate may pass 100 %."""

    impressions: int = 0
    clicks: int = 0
    accepts: int = 0

    @property
    def click_rate(self) -> str:
        return write_rate(self.clicks, self.impressions)

    @property
    def accept_rate(self) -> str:
        return write_rate(self.accepts, self.clicks)

    @property
    def conversion_rate(self) -> str:
        return write_rate(self.accepts, self.impressions)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferFigures:
    """One offer over a period. Orders are distinct order references among its accepts; money is never added across currencies."""

    offer_slug: str
    counts: StageCounts
    previous: StageCounts
    orders: int = 0
    cart_totals: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OfferTypeCount:
    """Events of one type of one offer, in the period and in the one before."""

    offer_slug: str
    event_type: str
    current: int
    previous: int


def build_offer_figures(
    counts: Iterable[OfferTypeCount],
    *,
    orders: Mapping[str, int],
    cart_totals: Mapping[str, Mapping[str, Decimal]],
) -> list[OfferFigures]:
    """Every offer with an event in a stage of the funnel, the most seen first."""
    by_offer: defaultdict[str, list[OfferTypeCount]] = defaultdict(list)
    for count in counts:
        if count.event_type in STAGE_OF_EVENT_TYPE:
            by_offer[count.offer_slug].append(count)
    figures = [
        OfferFigures(
            offer_slug=slug,
            counts=count_stages((count.event_type, count.current) for count in of_offer),
            previous=count_stages((count.event_type, count.previous) for count in of_offer),
            orders=orders.get(slug, 0),
            cart_totals=cart_totals.get(slug, {}),
        )
        for slug, of_offer in by_offer.items()
    ]
    return sorted(figures, key=lambda offer: (-offer.counts.impressions, -offer.counts.clicks, offer.offer_slug))


def count_stages(counts: Iterable[tuple[str, int]]) -> StageCounts:
    """Add (event type, count) pairs up by stage; types outside the funnel add nothing."""
    sums: defaultdict[FunnelStage, int] = defaultdict(int)
    for event_type, count in counts:
        if stage := STAGE_OF_EVENT_TYPE.get(event_type):
            sums[stage] += count
    return StageCounts(sums[FunnelStage.IMPRESSIONS], sums[FunnelStage.CLICKS], sums[FunnelStage.ACCEPTS])


def add_money(amounts: Iterable[Mapping[str, Decimal]]) -> dict[str, Decimal]:
    """Sums by currency."""
    sums: defaultdict[str, Decimal] = defaultdict(Decimal)
    for amount in amounts:
        for currency, value in amount.items():
            sums[currency] += value
    return dict(sorted(sums.items()))


def list_other_types(counts: Sequence[OfferTypeCount]) -> list[tuple[str, int, bool]]:
    """(type, events in the period, whether it is known) of every type outside the funnel, the most frequent first."""
    sums: defaultdict[str, int] = defaultdict(int)
    for count in counts:
        if count.event_type not in STAGE_OF_EVENT_TYPE and count.current:
            sums[count.event_type] += count.current
    ordered = sorted(sums.items(), key=lambda item: (-item[1], item[0]))
    return [(kind, count, kind in EventType.values) for kind, count in ordered]


def write_rate(part: int, whole: int) -> str:
    """A share in per cent that says zero only when it is: 0.43 %, < 0.01 %; an en dash without a whole."""
    if not whole:
        return "\N{EN DASH}"
    percent = Decimal(part) * 100 / Decimal(whole)
    if part and percent < SMALLEST_SHOWN_PERCENT:
        return f"< {SMALLEST_SHOWN_PERCENT} %"
    return f"{percent:.2f} %" if percent < 10 else f"{percent:.1f} %"


def write_change(current: int, previous: int) -> str:
    """How a count moved against the period before."""
    if not previous:
        return "new" if current else "no change"
    change = Decimal(current - previous) * 100 / Decimal(previous)
    return "no change" if not change else f"{change:+,.1f} %"
