"""The shape of what is known about presets: counted rows in, a report out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

# A preset is risky when visitors clear it this often …
RISKY_CLEAR_RATE = 0.4
# … and it was applied often enough for the rate to mean something.
RISKY_MINIMUM_APPLIES = 10
# Rates and averages are given to four places: 0.0001 is one clear in ten thousand.
DECIMALS = 4


class Cohort(StrEnum):
    """The windows a preset is judged in, each ending today."""

    SHORT = "short"
    MEDIUM = "medium"
    LONG = "long"


COHORT_DAYS: Mapping[Cohort, int] = {Cohort.SHORT: 7, Cohort.MEDIUM: 30, Cohort.LONG: 90}
# The short window is too noisy to judge by. The medium one is asked first: it is the fresher of the two.
RISK_COHORTS = (Cohort.MEDIUM, Cohort.LONG)


@dataclass(frozen=True, slots=True, kw_only=True)
class PresetCount:
    """How many events of one type, preset, label and source happened on one day (UTC)."""

    day: date
    event_type: str
    preset_id: str
    preset_label: str | None
    source: str
    count: int
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Tally:
    """Events of the three types, added up."""

    cta: int = 0
    configurator: int = 0
    clears: int = 0

    @property
    def applies(self) -> int:
        return self.cta + self.configurator

    @property
    def total(self) -> int:
        return self.applies + self.clears

    @property
    def net(self) -> int:
        return self.applies - self.clears

    @property
    def clear_rate(self) -> float:
        """Clears for each apply; 0.0 without an apply. Above 1 when what is cleared was applied before the window."""
        return round(self.clears / self.applies, DECIMALS) if self.applies else 0.0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(self.cta + other.cta, self.configurator + other.configurator, self.clears + other.clears)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """Trailing figures of a day; a number in a name is its days, the day itself included."""

    apply_average_7: float
    apply_average_30: float
    net_average_7: float
    clear_rate_7: float
    total_average_30: float
    total_minimum_30: int
    total_maximum_30: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """One day of the timeline. Without any event in the 30 days that end here there is no trend."""

    day: date
    tally: Tally
    trend: Trend | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """Why a preset is risky: the first window in which it is."""

    cohort: Cohort
    tally: Tally

    @property
    def reason(self) -> str:
        return (
            f"{self.tally.clears} clears for {self.tally.applies} applies in the last {COHORT_DAYS[self.cohort]} days: "
            f"clear rate {self.tally.clear_rate:.4f}, limit {RISKY_CLEAR_RATE}"
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceBreakdown:
    """One source over the asked window, and over each cohort window."""

    source: str
    tally: Tally
    cohorts: Mapping[Cohort, Tally]


@dataclass(frozen=True, slots=True, kw_only=True)
class PresetBreakdown:
    """One preset over the asked window, and over each cohort window. The label is the last one that was sent."""

    preset_id: str
    label: str | None
    tally: Tally
    cohorts: Mapping[Cohort, Tally]
    risk: Risk | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceCount:
    """How many events of one type came from one source in the asked window; never zero."""

    event_type: str
    source: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PresetReport:
    """Everything the preset-events answer is rendered from."""

    window_days: int
    start: date
    totals: Tally
    source_counts: Sequence[SourceCount]
    timeline: Sequence[Day]
    presets: Sequence[PresetBreakdown]
    sources: Sequence[SourceBreakdown]
    # Judged in the cohort windows, so a preset stays here however short a window is asked for.
    risky_presets: Sequence[PresetBreakdown]
