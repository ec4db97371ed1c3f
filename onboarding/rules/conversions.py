"""What experiments brought in: a ranking in which an order counts once and currencies stay apart. Source: contract 3.13, D-12, D-40."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import groupby


@dataclass(frozen=True)
class CurrencyLine:
    """The orders of one experiment in one currency, each counted once."""

    slug: str
    currency: str
    orders: int
    total: Decimal
    points: int
    last_activity: datetime


@dataclass(frozen=True)
class CurrencyTotal:
    """What one currency adds to an experiment."""

    currency: str
    order_count: int
    order_total: Decimal


@dataclass(frozen=True)
class Conversion:
    """One experiment; its figure is the sum in the currency that sums to most, the others stand beside it."""

    slug: str
    order_count: int
    order_total: Decimal
    order_currency: str
    loyalty_points: int
    last_activity: datetime
    totals: tuple[CurrencyTotal, ...]

    @property
    def rank(self) -> tuple[Decimal, int, str]:
        """Sorts best first; the slug decides between equals, so that every place is taken once."""
        return (-self.order_total, -self.order_count, self.slug)


def rank_conversions(lines: Iterable[CurrencyLine]) -> list[Conversion]:
    """All experiments, best first."""
    by_slug = groupby(sorted(lines, key=lambda line: line.slug), key=lambda line: line.slug)
    return sorted((_conversion(slug, list(found)) for slug, found in by_slug), key=lambda conversion: conversion.rank)


def page_after_slug(ranking: Sequence[Conversion], slug: str) -> Sequence[Conversion]:
    """What follows an experiment; nothing follows one that is not there."""
    places = [place for place, conversion in enumerate(ranking) if conversion.slug == slug]
    return ranking[places[0] + 1 :] if places else []


def _conversion(slug: str, lines: Sequence[CurrencyLine]) -> Conversion:
    ordered = sorted(lines, key=lambda line: (-line.total, line.currency))
    return Conversion(
        slug=slug,
        order_count=sum(line.orders for line in lines),
        order_total=ordered[0].total,
        order_currency=ordered[0].currency,
        loyalty_points=sum(line.points for line in lines),
        last_activity=max(line.last_activity for line in lines),
        totals=tuple(CurrencyTotal(line.currency, line.orders, line.total) for line in ordered),
    )
