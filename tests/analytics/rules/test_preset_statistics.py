"""The report on presets, from counted rows."""

from datetime import UTC, date, datetime, timedelta

import pytest

from analytics.rules.preset_report import Cohort, PresetCount, PresetReport, Tally
from analytics.rules.preset_statistics import build_preset_report, find_first_day

TODAY = date(2026, 2, 3)
CTA, CONFIGURATOR, CLEAR = "preset_cta_apply", "preset_configurator_apply", "preset_configurator_clear"


def counted(event_type=CTA, count=1, *, days_ago=0, preset="p1", label="Launch", source="marketing-card", hour=12):
    day = TODAY - timedelta(days=days_ago)
    at = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
    return PresetCount(
        day=day,
        event_type=event_type,
        preset_id=preset,
        preset_label=label,
        source=source,
        count=count,
        last_at=at,
    )


def report(*counts: PresetCount, days: int = 30) -> PresetReport:
    return build_preset_report(counts, today=TODAY, window_days=days)


def test_a_window_of_thirty_days_ends_today_and_has_thirty_entries():
    result = report()
    assert result.start == date(2026, 1, 5)
    assert [result.timeline[0].day, result.timeline[-1].day, len(result.timeline)] == [date(2026, 1, 5), TODAY, 30]


def test_nothing_recorded_gives_zeros_and_no_trend():
    result = report(days=1)
    assert (result.totals, result.timeline[0].tally, result.timeline[0].trend) == (Tally(), Tally(), None)
    assert (result.source_counts, result.presets, result.sources, result.risky_presets) == ([], [], [], [])


def test_totals_count_the_asked_window_only():
    result = report(counted(count=4), counted(CONFIGURATOR, 2, days_ago=6), counted(CLEAR, 9, days_ago=7), days=7)
    assert result.totals == Tally(cta=4, configurator=2, clears=0)


@pytest.mark.parametrize(
    ("applies", "clears", "net", "clear_rate"),
    [(6, 1, 5, 0.1667), (1, 0, 1, 0.0), (0, 2, -2, 0.0), (1, 3, -2, 3.0), (3, 2, 1, 0.6667)],
)
def test_net_and_clear_rate_follow_from_applies_and_clears(applies, clears, net, clear_rate):
    tally = Tally(cta=applies, clears=clears)
    assert (tally.net, tally.clear_rate, tally.total) == (net, clear_rate, applies + clears)


def test_sources_are_counted_by_type_and_the_largest_comes_first():
    result = report(counted(count=2), counted(count=3, days_ago=1), counted(CLEAR, 1, source="unknown"))
    assert [(entry.event_type, entry.source, entry.count) for entry in result.source_counts] == [
        (CTA, "marketing-card", 5),
        (CLEAR, "unknown", 1),
    ]


def test_the_trend_divides_by_the_whole_period_and_looks_behind_the_window():
    result = report(counted(count=7), counted(CLEAR, 1), counted(count=22, days_ago=29), days=1)
    trend = result.timeline[0].trend
    assert trend is not None
    assert (trend.apply_average_7, trend.net_average_7, trend.clear_rate_7) == (1.0, 0.8571, 0.1429)
    assert (trend.apply_average_30, trend.total_average_30) == (0.9667, 1.0)
    assert (trend.total_minimum_30, trend.total_maximum_30) == (0, 22)


def test_the_trend_of_a_day_does_not_depend_on_the_window_that_was_asked_for():
    counts = [counted(count=3, days_ago=back) for back in range(0, 90, 4)]
    assert report(*counts, days=1).timeline[-1] == report(*counts, days=90).timeline[-1]


@pytest.mark.parametrize(("days_ago", "has_trend"), [(29, True), (30, False)])
def test_a_day_has_a_trend_while_anything_happened_in_its_last_thirty_days(days_ago, has_trend):
    trend = report(counted(days_ago=days_ago), days=1).timeline[-1].trend
    assert (trend is not None) is has_trend


def test_cohort_windows_are_seven_thirty_and_ninety_days_whatever_window_was_asked_for():
    counts = [counted(days_ago=back) for back in (0, 6, 7, 29, 30, 89, 90)]
    cohorts = report(*counts, days=1).presets[0].cohorts
    assert {cohort: tally.applies for cohort, tally in cohorts.items()} == {
        Cohort.SHORT: 2,
        Cohort.MEDIUM: 4,
        Cohort.LONG: 6,
    }


@pytest.mark.parametrize(
    ("applies", "clears", "days_ago", "cohort"),
    [
        (10, 4, 0, Cohort.MEDIUM),
        (10, 4, 29, Cohort.MEDIUM),
        (10, 4, 30, Cohort.LONG),
        (10, 4, 90, None),
        (9, 9, 0, None),
        (10, 3, 0, None),
        # 0.39999 rounds to 0.4 but is below it.
        (100_000, 39_999, 0, None),
    ],
)
def test_a_preset_is_risky_from_ten_applies_and_four_clears_in_ten(applies, clears, days_ago, cohort):
    result = report(counted(count=applies, days_ago=days_ago), counted(CLEAR, clears, days_ago=days_ago))
    assert [preset.risk.cohort for preset in result.risky_presets] == ([cohort] if cohort else [])


def test_the_reason_names_the_figures_and_the_limit():
    result = report(counted(count=20), counted(CLEAR, 9))
    assert (
        result.risky_presets[0].risk.reason
        == "9 clears for 20 applies in the last 30 days: clear rate 0.4500, limit 0.4"
    )


def test_a_risky_preset_stays_listed_as_risky_when_a_shorter_window_does_not_contain_it():
    result = report(counted(count=20, days_ago=20), counted(CLEAR, 9, days_ago=20), days=7)
    assert (result.presets, [preset.preset_id for preset in result.risky_presets]) == ([], ["p1"])


def test_the_label_is_the_last_one_sent():
    counts = [counted(label="Old", days_ago=1), counted(label="New"), counted(label=None, hour=13)]
    assert report(*counts).presets[0].label == "New"


def test_the_first_day_covers_the_long_cohort_and_the_trend_of_the_first_day():
    assert find_first_day(today=TODAY, window_days=1) == TODAY - timedelta(days=89)
    assert find_first_day(today=TODAY, window_days=90) == TODAY - timedelta(days=118)


def test_an_event_that_a_client_dated_tomorrow_waits_for_tomorrow():
    assert report(counted(days_ago=-1)).totals == Tally()
