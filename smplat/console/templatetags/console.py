"""How the console writes numbers, money, moments and severities; `{% load console %}`."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from smplat import clock

register = template.Library()

# In the place of a value that there is none of.
NOTHING = "\N{EN DASH}"

# Currencies without a minor unit, or with three digits of it (ISO 4217); all others have two.
_DIGITS = {"JPY": 0, "KRW": 0, "CLP": 0, "VND": 0, "ISK": 0, "BHD": 3, "KWD": 3, "OMR": 3, "TND": 3}
_UNITS = ((86_400, "d"), (3_600, "h"), (60, "min"))


@register.filter
def thousands(value: int | Decimal | None) -> str:
    """12345 → 12,345."""
    return NOTHING if value is None else f"{value:,}"


@register.filter
def money(amounts: Mapping[str, Decimal] | None) -> str:
    """{"EUR": Decimal("1234.5"), "USD": 3} → "1,234.50 EUR · 3.00 USD"; currencies are never added up."""
    return " · ".join(f"{amount:,.{_DIGITS.get(code, 2)}f} {code}" for code, amount in sorted((amounts or {}).items()))


@register.filter
def percent(share: float | Decimal | None) -> str:
    """0.00423 → 0.42 %: two significant digits below one per cent, so that a low rate does not round to zero."""
    if share is None:
        return NOTHING
    value = Decimal(str(share)) * 100
    return f"{value:.2f} %" if not value or abs(value) >= 1 else f"{value:.2g} %"


@register.filter
def exact(moment: datetime | None) -> str:
    """The moment in the person's zone, with the zone named: 2026-11-23 10:31:07 CET."""
    return NOTHING if moment is None else timezone.localtime(moment).strftime("%Y-%m-%d %H:%M:%S %Z")


@register.filter
def ago(moment: datetime | None) -> SafeString | str:
    """How long ago (or in how long), the exact time in the title."""
    if moment is None:
        return "never"
    return format_html(
        '<time datetime="{}" title="{}">{}</time>', moment.isoformat(), exact(moment), distance(moment, clock.now())
    )


def distance(moment: datetime, now: datetime) -> str:
    """3 h ago, in 5 min, just now."""
    seconds = int((now - moment).total_seconds())
    for size, unit in _UNITS:
        if abs(seconds) >= size:
            return f"{seconds // size} {unit} ago" if seconds > 0 else f"in {-seconds // size} {unit}"
    return "just now" if seconds >= 0 else "in a moment"
