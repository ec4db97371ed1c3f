"""The steps of the runbook of offer events say what is so, in words and figures that a person reads."""

from datetime import timedelta
from uuid import uuid4

import pytest

from analytics.actions.record_offer_event import record_offer_event
from analytics.actions.record_offer_events import record_offer_events
from analytics.rules.offer_event_batch import Rejected
from analytics.runbooks import check_arrivals, check_quarantine, check_rollups
from smplat.operations.runbooks import StepContext
from tests.analytics.making import NOW, facts
from tests.analytics.rollups import fold_everything

# Rollups fold what ended transactions have written, so these must end.
pytestmark = pytest.mark.django_db(transaction=True)


def at(later: timedelta = timedelta()) -> StepContext:
    return StepContext(now=NOW + later, by="command:test", environment="development")


def test_events_that_arrive_are_told_with_their_age() -> None:
    assert check_arrivals(at()).summary == "None for a day; the ingest is on."
    record_offer_event(facts=facts(), now=NOW)
    arriving, silent = check_arrivals(at(timedelta(minutes=15))), check_arrivals(at(timedelta(minutes=16)))
    assert (arriving.ok, arriving.summary) == (True, "The latest came 900 seconds ago; the ingest is on.")
    assert not silent.ok


def test_what_waits_in_quarantine_is_told_by_its_code() -> None:
    assert check_quarantine(at()).summary == "Nothing waits."
    bad = Rejected(original=b"{", code="json-invalid", field="", message="Cut off.")
    record_offer_events(readings=[bad, bad], now=NOW)
    found = check_quarantine(at())
    assert (found.ok, found.summary) == (False, "Waiting: json-invalid.")
    assert found.evidence == {"json-invalid": f"2, oldest {NOW:%Y-%m-%d %H:%M} UTC"}


def test_figures_that_stand_still_fail_only_while_events_wait() -> None:
    fold_everything()
    assert check_rollups(at(timedelta(hours=1))).ok
    record_offer_events(readings=[facts(event_id=str(uuid4())), facts()], now=NOW)
    behind = check_rollups(at(timedelta(hours=1)))
    assert not behind.ok
    assert behind.summary.endswith(" UTC, 2 events wait.")
    assert behind.evidence["waiting"] == "2"
