"""What preset events say, day by day and preset by preset. Pure: counted rows in, a report out.

Every figure is computed from the rows each time it is asked for, so that today's figures grow with the day and a
late event still reaches the day it belongs to.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import TypeVar

from analytics.rules.preset_report import (
    COHORT_DAYS,
    DECIMALS,
    RISK_COHORTS,
    RISKY_CLEAR_RATE,
    RISKY_MINIMUM_APPLIES,
    Cohort,
    Day,
    PresetBreakdown,
    PresetCount,
    PresetReport,
    Risk,
    SourceBreakdown,
    SourceCount,
    Tally,
    Trend,
)
from analytics.vocabulary import EventType

# The trend of a day looks back this far, that day included; a report therefore reads so many days before its start.
TREND_DAYS = 30
SHORT_TREND_DAYS = 7

Key = TypeVar("Key")


def find_first_day(*, today: date, window_days: int) -> date:
    """The earliest day a report needs counts of: for its cohorts, and for the trend of its own first day."""
    return today - timedelta(days=max(COHORT_DAYS[Cohort.LONG], window_days + TREND_DAYS - 1) - 1)


def build_preset_report(counts: Iterable[PresetCount], *, today: date, window_days: int) -> PresetReport:
    """The report over the `window_days` days that end with `today`."""
    counts = [count for count in counts if count.day <= today]
    start = today - timedelta(days=window_days - 1)
    asked = [count for count in counts if count.day >= start]
    presets = list_presets(counts, today=today, start=start)
    return PresetReport(
        window_days=window_days,
        start=start,
        totals=add_up(asked),
        source_counts=list_source_counts(asked),
        timeline=list_days(counts, start=start, today=today),
        presets=[preset for preset in presets if preset.tally.total],
        sources=list_sources(counts, today=today, start=start),
        risky_presets=[preset for preset in presets if preset.risk],
    )


def add_up(counts: Iterable[PresetCount]) -> Tally:
    """The tally of some counts; types that are no preset events add nothing."""
    sums: defaultdict[str, int] = defaultdict(int)
    for count in counts:
        sums[count.event_type] += count.count
    return Tally(
        cta=sums[EventType.PRESET_CTA_APPLY],
        configurator=sums[EventType.PRESET_CONFIGURATOR_APPLY],
        clears=sums[EventType.PRESET_CONFIGURATOR_CLEAR],
    )


def list_source_counts(counts: Iterable[PresetCount]) -> list[SourceCount]:
    """Counts by type and source, the largest first."""
    sums: defaultdict[tuple[str, str], int] = defaultdict(int)
    for count in counts:
        sums[count.event_type, count.source] += count.count
    ordered = sorted(sums.items(), key=lambda item: (-item[1], item[0]))
    return [SourceCount(event_type=kind, source=source, count=count) for (kind, source), count in ordered if count]


def list_days(counts: Iterable[PresetCount], *, start: date, today: date) -> list[Day]:
    """One entry for each day from `start` to `today`, also for days on which nothing happened."""
    by_day = _group(counts, key=lambda count: count.day)
    tallies = {day: add_up(of_day) for day, of_day in by_day.items()}
    days = (start + timedelta(days=offset) for offset in range((today - start).days + 1))
    return [Day(day=day, tally=tallies.get(day, Tally()), trend=find_trend(tallies, day=day)) for day in days]


def find_trend(tallies: Mapping[date, Tally], *, day: date) -> Trend | None:
    """The trailing figures of `day`, days without events counting as zero; None when all of them are."""
    last_30 = [tallies.get(day - timedelta(days=back), Tally()) for back in range(TREND_DAYS)]
    if not any(tally.total for tally in last_30):
        return None
    last_7 = last_30[:SHORT_TREND_DAYS]
    totals = [tally.total for tally in last_30]
    return Trend(
        apply_average_7=_average([tally.applies for tally in last_7]),
        apply_average_30=_average([tally.applies for tally in last_30]),
        net_average_7=_average([tally.net for tally in last_7]),
        clear_rate_7=sum(last_7, Tally()).clear_rate,
        total_average_30=_average(totals),
        total_minimum_30=min(totals),
        total_maximum_30=max(totals),
    )


def list_sources(counts: Iterable[PresetCount], *, today: date, start: date) -> list[SourceBreakdown]:
    """Sources with an event in the asked window, the busiest first."""
    breakdowns = [
        SourceBreakdown(source=source, tally=_since(of_source, start), cohorts=find_cohorts(of_source, today=today))
        for source, of_source in _group(counts, key=lambda count: count.source).items()
    ]
    seen = [breakdown for breakdown in breakdowns if breakdown.tally.total]
    return sorted(seen, key=lambda breakdown: (-breakdown.tally.total, breakdown.source))


def list_presets(counts: Iterable[PresetCount], *, today: date, start: date) -> list[PresetBreakdown]:
    """Every preset that occurs, the most applied first."""
    presets = []
    for preset_id, of_preset in _group(counts, key=lambda count: count.preset_id).items():
        cohorts = find_cohorts(of_preset, today=today)
        preset = PresetBreakdown(
            preset_id=preset_id,
            label=find_last_label(of_preset),
            tally=_since(of_preset, start),
            cohorts=cohorts,
            risk=find_risk(cohorts),
        )
        presets.append(preset)
    return sorted(presets, key=lambda preset: (-preset.tally.applies, preset.preset_id))


def find_cohorts(counts: Sequence[PresetCount], *, today: date) -> dict[Cohort, Tally]:
    """The tally of each cohort window."""
    return {cohort: _since(counts, today - timedelta(days=days - 1)) for cohort, days in COHORT_DAYS.items()}


def find_risk(cohorts: Mapping[Cohort, Tally]) -> Risk | None:
    """The first window in which a preset was applied often enough and cleared too often."""
    for cohort in RISK_COHORTS:
        tally = cohorts[cohort]
        if tally.applies >= RISKY_MINIMUM_APPLIES and tally.clears / tally.applies >= RISKY_CLEAR_RATE:
            return Risk(cohort=cohort, tally=tally)
    return None


def find_last_label(counts: Iterable[PresetCount]) -> str | None:
    """The label that was sent last; None when none was."""
    labelled = [count for count in counts if count.preset_label]
    return max(labelled, key=lambda count: count.last_at).preset_label if labelled else None


def _since(counts: Iterable[PresetCount], start: date) -> Tally:
    return add_up(count for count in counts if count.day >= start)


def _average(values: Sequence[int]) -> float:
    return round(sum(values) / len(values), DECIMALS)


def _group(counts: Iterable[PresetCount], *, key: Callable[[PresetCount], Key]) -> dict[Key, list[PresetCount]]:
    groups: defaultdict[Key, list[PresetCount]] = defaultdict(list)
    for count in counts:
        groups[key(count)].append(count)
    return groups
