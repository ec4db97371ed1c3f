"""What needs a person now: domains register providers, the first page shows their cards.

A provider is a function of an AttentionContext that yields a Card for each thing that waits for a person, and nothing when
nothing does. The first line of its docstring says what it checks; the empty state repeats it. It must be cheap on a large
table: an index, an estimate or a bounded count (`smplat.console.counting`), never COUNT(*) over everything.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

import structlog
from django.db import models

log = structlog.get_logger(__name__)


class Severity(models.TextChoices):
    CRITICAL = "critical", "Critical"  # money or data is being lost now
    WARNING = "warning", "Warning"  # becomes critical if nobody acts today
    NOTICE = "notice", "Notice"  # waits for a person, and can wait


_RANK = {Severity.CRITICAL: 0, Severity.WARNING: 1, Severity.NOTICE: 2}


@dataclass(frozen=True)
class AttentionContext:
    """What a provider may know: the moment."""

    now: datetime


@dataclass(frozen=True, kw_only=True)
class Card:
    """One line of the first page: how many of what wait, since when, worth how much, and where they are handled."""

    title: str
    count: int
    detail: str
    # The filtered list where these are handled.
    url: str
    severity: Severity
    # Whoever lacks it does not see the card.
    permission: str
    # Amount by currency code.
    money: Mapping[str, Decimal] | None = None
    oldest_at: datetime | None = None
    # The true number may be higher than `count`.
    is_lower_bound: bool = False


Provider = Callable[[AttentionContext], Iterable[Card]]

_providers: dict[str, Provider] = {}


@dataclass(frozen=True)
class Attention:
    """The verdict of one look."""

    cards: list[Card]
    # What was checked, one phrase a provider.
    checked: list[str]
    # What could not be checked.
    failed: list[str] = field(default_factory=list)


def register(provider: Provider) -> None:
    """Add a provider; its docstring's first line names what it checks."""
    if not (provider.__doc__ or "").strip():
        raise ValueError(f"{provider.__qualname__} needs a docstring: its first line is shown as what was checked")
    _providers[f"{provider.__module__}.{provider.__qualname__}"] = provider


def look(context: AttentionContext, *, may: Callable[[str], bool]) -> Attention:
    """Ask every provider; `may(permission)` decides which cards this person sees. The most severe and oldest come first."""
    cards: list[Card] = []
    checked: list[str] = []
    failed: list[str] = []
    for provider in _providers.values():
        try:
            found = list(provider(context))
        except Exception:  # a broken check must not hide the others; it is named on the page and logged
            log.exception("attention_provider_failed", provider=provider.__qualname__)
            failed.append(_subject(provider))
        else:
            checked.append(_subject(provider))
            cards += [card for card in found if may(card.permission)]
    cards.sort(key=lambda card: (_RANK[card.severity], card.oldest_at or context.now, card.title))
    return Attention(cards=cards, checked=sorted(checked), failed=sorted(failed))


def _subject(provider: Provider) -> str:
    return (provider.__doc__ or "").strip().splitlines()[0].rstrip(".")
