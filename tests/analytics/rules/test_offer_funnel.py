"""Rates and changes that do not lie."""

import pytest

from analytics.rules.offer_funnel import (
    OfferTypeCount,
    StageCounts,
    count_stages,
    list_other_types,
    write_change,
    write_rate,
)


@pytest.mark.parametrize(
    ("part", "whole", "written"),
    [
        (0, 0, "–"),
        (0, 5, "0.00 %"),
        (43, 10_000, "0.43 %"),
        (1, 10_000, "0.01 %"),
        (1, 10_001, "< 0.01 %"),
        (1, 3, "33.3 %"),
        (9, 8, "112.5 %"),
    ],
)
def test_a_rate_is_zero_only_when_nothing_happened(part, whole, written):
    assert write_rate(part, whole) == written


@pytest.mark.parametrize(
    ("current", "previous", "written"),
    [(0, 0, "no change"), (3, 0, "new"), (3, 3, "no change"), (3, 2, "+50.0 %"), (0, 2, "-100.0 %")],
)
def test_a_change_says_against_what(current, previous, written):
    assert write_change(current, previous) == written


def test_both_names_of_a_click_count_and_accepts_need_no_click():
    counts = [("impression", 10), ("cta_click", 1), ("click", 2), ("accept", 4), ("dismiss", 9)]
    assert count_stages(counts) == StageCounts(impressions=10, clicks=3, accepts=4)


def test_types_outside_the_funnel_are_listed_and_unknown_ones_marked():
    counts = [
        OfferTypeCount("a", "hover", 2, 0),
        OfferTypeCount("b", "dismiss", 3, 0),
        OfferTypeCount("a", "click", 9, 0),
    ]
    assert list_other_types(counts) == [("dismiss", 3, True), ("hover", 2, False)]
