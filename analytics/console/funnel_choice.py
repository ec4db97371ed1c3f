"""What the address of the funnel page says: period, days, offer, time zone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError

from analytics.rules.periods import Period, PeriodChoice, PeriodUnusable, build_period
from smplat.console.models import validate_time_zone

DEFAULT_CHOICE = PeriodChoice.LAST_7_DAYS


@dataclass(frozen=True, slots=True, kw_only=True)
class FunnelChoice:
    """What was chosen, and a sentence for each thing that could not be used."""

    choice: PeriodChoice
    period: Period
    offer_slug: str
    zone_name: str
    refusals: tuple[str, ...]

    def address(self, **changes: str) -> str:
        """The query string of the same choice with changes."""
        values = {"period": self.choice.value, "offer": self.offer_slug, "zone": self.zone_name}
        if self.choice is PeriodChoice.CUSTOM:
            values |= {"from": self.period.first_day.isoformat(), "to": self.period.last_day.isoformat()}
        return "?" + urlencode({name: value for name, value in (values | changes).items() if value})


def read_choice(query: Mapping[str, str], *, own_zone: str, now: datetime) -> FunnelChoice:
    """The choice in a query string; what cannot be used is replaced by the default and named."""
    refusals = []
    zone_name = query.get("zone", "").strip() or own_zone
    if not _is_zone(zone_name):
        refusals.append("That is not a time zone; use a name like Europe/Madrid. Your own is used.")
        zone_name = own_zone
    zone = ZoneInfo(zone_name)
    choice = DEFAULT_CHOICE
    try:
        if wanted := query.get("period"):
            choice = PeriodChoice(wanted) if wanted in PeriodChoice.values else DEFAULT_CHOICE
        days = {"first_day": _read_day(query.get("from")), "last_day": _read_day(query.get("to"))}
        period = build_period(choice, zone=zone, now=now, **days)
    except PeriodUnusable as unusable:
        refusals.append(f"{unusable.message} The last 7 days are shown.")
        choice = DEFAULT_CHOICE
        period = build_period(choice, zone=zone, now=now)
    # NUL can be in an address and in no column.
    offer_slug = query.get("offer", "").replace("\0", "")[:255]
    return FunnelChoice(
        choice=choice, period=period, offer_slug=offer_slug, zone_name=zone_name, refusals=tuple(refusals)
    )


def _is_zone(name: str) -> bool:
    try:
        validate_time_zone(name)
    except ValidationError:
        return False
    return True


def _read_day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as malformed:
        raise PeriodUnusable("Write days as 2026-11-23.") from malformed
