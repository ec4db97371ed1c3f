"""Which moments a report covers, in zones and on nights that are not simple."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from analytics.rules.periods import PeriodChoice, PeriodUnusable, Step, build_period

NOW = datetime(2026, 11, 23, 10, 31, 7, tzinfo=UTC)
MADRID = ZoneInfo("Europe/Madrid")
EVERYWHERE = ["UTC", "Asia/Kathmandu", "Europe/Madrid", "America/Sao_Paulo", "Australia/Lord_Howe", "Pacific/Apia"]


def at(text):
    return datetime.fromisoformat(text)


def custom(first, last, *, zone=MADRID, now=NOW):
    days = {"first_day": date.fromisoformat(first), "last_day": date.fromisoformat(last)}
    return build_period(PeriodChoice.CUSTOM, zone=zone, now=now, **days)


@pytest.mark.parametrize(
    ("choice", "first", "last"),
    [
        (PeriodChoice.TODAY, "2026-11-23", "2026-11-23"),
        (PeriodChoice.YESTERDAY, "2026-11-22", "2026-11-22"),
        (PeriodChoice.LAST_7_DAYS, "2026-11-17", "2026-11-23"),
        (PeriodChoice.LAST_30_DAYS, "2026-10-25", "2026-11-23"),
        (PeriodChoice.LAST_90_DAYS, "2026-08-26", "2026-11-23"),
    ],
)
def test_a_choice_names_days_of_the_zone(choice, first, last):
    period = build_period(choice, zone=MADRID, now=NOW)
    assert (period.first_day.isoformat(), period.last_day.isoformat()) == (first, last)


def test_today_begins_at_local_midnight_with_a_quarter_of_an_hour_in_the_offset():
    period = build_period(PeriodChoice.TODAY, zone=ZoneInfo("Asia/Kathmandu"), now=NOW)
    assert period.current.start == at("2026-11-22T18:15Z")
    assert period.current.end == at("2026-11-23T10:45Z")


def test_today_is_compared_with_yesterday_until_the_same_time_of_day():
    period = build_period(PeriodChoice.TODAY, zone=ZoneInfo("Asia/Kathmandu"), now=NOW)
    assert (period.previous.start, period.previous.end) == (at("2026-11-21T18:15Z"), at("2026-11-22T10:45Z"))
    assert period.is_partial


def test_a_finished_period_is_compared_with_the_days_just_before_it():
    period = custom("2026-11-02", "2026-11-08")
    assert (period.previous.start, period.previous.end) == (at("2026-10-25T23:00Z"), at("2026-11-01T23:00Z"))
    assert period.previous.end == period.current.start
    assert not period.is_partial


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Madrid", "2026-03-29", 23),
        ("Europe/Madrid", "2026-10-25", 25),
        ("America/Sao_Paulo", "2018-11-04", 23),
        ("America/Sao_Paulo", "2018-02-17", 25),
        ("Asia/Kathmandu", "2026-10-25", 24),
    ],
)
def test_a_day_has_the_hours_its_clocks_give_it(zone, day, hours):
    period = custom(day, day, zone=ZoneInfo(zone))
    assert period.current.end - period.current.start == timedelta(hours=hours)
    assert len(period.current.edges) == hours + 1


def test_weeks_on_either_side_of_a_clock_change_have_seven_days_each():
    period = custom("2026-10-26", "2026-11-01")
    assert period.previous.start == at("2026-10-18T22:00Z")
    assert period.previous.end - period.previous.start == timedelta(days=7, hours=1)
    assert len(period.previous.edges) == len(period.current.edges) == 8


def test_where_the_clocks_skip_midnight_the_day_begins_an_hour_later():
    assert custom("2018-11-04", "2018-11-06", zone=ZoneInfo("America/Sao_Paulo")).current.start == at(
        "2018-11-04T03:00Z"
    )


@pytest.mark.parametrize(("last", "step"), [("2026-11-02", Step.HOUR), ("2026-11-03", Step.DAY)])
def test_two_days_are_drawn_by_hour_and_more_by_day(last, step):
    assert custom("2026-11-01", last).step is step


@pytest.mark.parametrize("zone", EVERYWHERE)
@pytest.mark.parametrize("choice", [choice for choice in PeriodChoice if choice is not PeriodChoice.CUSTOM])
def test_edges_grow_and_fall_on_quarter_hours_in_every_zone(zone, choice):
    period = build_period(choice, zone=ZoneInfo(zone), now=NOW)
    for span in (period.previous, period.current):
        assert all(before < after for before, after in zip(span.edges, span.edges[1:], strict=False))
        assert all(edge.timestamp() % 900 == 0 for edge in span.edges)
    assert period.previous.end <= period.current.start


def test_days_to_come_are_left_out():
    assert custom("2026-11-20", "2027-01-01").last_day == date(2026, 11, 23)


@pytest.mark.parametrize(
    ("first", "last", "sentence"),
    [
        ("2026-11-09", "2026-11-08", "before the first"),
        ("2026-11-24", "2026-11-25", "in the future"),
        ("0001-01-01", "2026-11-08", "too long ago"),
        ("2025-11-01", "2026-11-02", "366 days at most"),
    ],
)
def test_days_that_make_no_period_are_refused(first, last, sentence):
    with pytest.raises(PeriodUnusable, match=sentence):
        custom(first, last)


def test_a_custom_period_needs_its_days():
    with pytest.raises(PeriodUnusable, match="first and the last day"):
        build_period(PeriodChoice.CUSTOM, zone=MADRID, now=NOW)
