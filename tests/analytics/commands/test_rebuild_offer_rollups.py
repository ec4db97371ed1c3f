"""The command rebuilds what it can and says what it cannot."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from analytics.actions.record_offer_event import record_offer_event
from analytics.models import DroppedPartition, OfferRollup
from tests.analytics.making import NOW, facts
from tests.analytics.rollups import assert_rollups_equal_events, fold_everything

pytestmark = pytest.mark.django_db(transaction=True)


def test_everything_is_rebuilt_by_default() -> None:
    record_offer_event(facts=facts(occurred_at=(NOW - timedelta(days=3)).isoformat()), now=NOW)
    record_offer_event(facts=facts(), now=NOW)
    fold_everything()
    OfferRollup.objects.update(event_count=99)
    said = StringIO()
    call_command("rebuild_offer_rollups", stdout=said)
    assert said.getvalue().startswith("folded=0 rebuilt=2 ")
    assert_rollups_equal_events()


def test_a_time_whose_events_are_gone_is_named() -> None:
    gone = NOW - timedelta(days=50)
    DroppedPartition.objects.create(
        name="old", table_name="checkout_offer_events", month=gone.date(), row_count=1,
        newest_occurred_at=gone, dropped_at=NOW,
    )  # fmt: skip
    with pytest.raises(CommandError, match="have been dropped"):
        call_command("rebuild_offer_rollups", "--from", gone.isoformat())


def test_a_span_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(CommandError, match="must lie before"):
        call_command("rebuild_offer_rollups", "--from", "2026-11-02", "--to", "2026-11-01")
