"""An hour that does not add up is the first thing a person sees."""

import pytest

from analytics.cards import differing_ledger_hours
from analytics.models import LedgerHour
from smplat.console.attention import AttentionContext
from tests.analytics.making import NOW

pytestmark = pytest.mark.django_db


def test_an_hour_that_differs_is_critical_and_named() -> None:
    LedgerHour.objects.create(hour=NOW, checked_at=NOW, is_balanced=False, difference="one is missing")
    (card,) = differing_ledger_hours(AttentionContext(now=NOW))
    assert (card.count, card.severity, card.oldest_at) == (1, "critical", NOW)
    assert "one is missing" in card.detail


def test_balanced_hours_need_nobody() -> None:
    LedgerHour.objects.create(hour=NOW, checked_at=NOW, is_balanced=True)
    assert not list(differing_ledger_hours(AttentionContext(now=NOW)))
