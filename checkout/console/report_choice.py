"""What the address of the results page says: the period and the window. What cannot be used is replaced by the default."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlencode

PERIODS: Final = (7, 30, 90, 180, 365)
WINDOWS: Final = (3, 7, 14, 30)
DEFAULT_PERIOD: Final = 90
# Long enough for a payday and a weekend; shorter windows show a change of policy sooner.
DEFAULT_WINDOW: Final = 14


@dataclass(frozen=True)
class ReportChoice:
    """Days back from now in which a checkout was assigned, and days in which it had to complete."""

    period_days: int
    window_days: int

    @property
    def window(self) -> timedelta:
        """How long after the assignment a completion counts."""
        return timedelta(days=self.window_days)

    def since(self, now: datetime) -> datetime:
        """Where the period begins."""
        return now - timedelta(days=self.period_days)

    def address(self, *, period_days: int | None = None, window_days: int | None = None) -> str:
        """The query string of the same choice with a change."""
        return "?" + urlencode({"days": period_days or self.period_days, "window": window_days or self.window_days})


def read_choice(query: Mapping[str, str]) -> ReportChoice:
    """The choice in a query string."""
    return ReportChoice(
        period_days=_one_of(PERIODS, query.get("days"), default=DEFAULT_PERIOD),
        window_days=_one_of(WINDOWS, query.get("window"), default=DEFAULT_WINDOW),
    )


def _one_of(known: tuple[int, ...], text: str | None, *, default: int) -> int:
    return next((days for days in known if str(days) == text), default)
