"""What the preview shows is what the run does: all of it, or nothing."""

from datetime import timedelta

import pytest

from onboarding.actions.change_journeys import MOST_AT_ONCE, change_journeys
from onboarding.actions.skip_task import skip_task
from onboarding.bulk import preview_change
from onboarding.errors import PlanChanged, ReasonMissing, TooManyJourneys, UnknownPerson
from onboarding.models import Interaction, JourneyEvent, Task
from onboarding.rules.bulk_changes import GiveOwner, ShiftDueTimes, SkipTask
from smplat.ids import new_id

DAY = timedelta(days=1)
CHANGES = JourneyEvent.objects.exclude(event_type="journey_started")


@pytest.fixture
def change(now):
    def change(journeys, what, *, digest="", reason="holiday", by="alice"):
        ids = [journey.pk for journey in journeys]
        return change_journeys(journey_ids=ids, change=what, expected_digest=digest, reason=reason, by=by, now=now)

    return change


def test_the_run_executes_the_plan_of_the_preview(begin, change, now):
    journeys = [begin(), begin(), begin()]
    plan = preview_change(journey_ids=[one.pk for one in journeys], change=SkipTask("intake"), now=now)
    assert not CHANGES.exists()
    done = change(journeys, SkipTask("intake"), digest=plan.digest)
    assert (done.plan, done.changed) == (plan, 3)
    assert Task.objects.filter(slug="intake", is_skipped=True).count() == 3
    assert {event.metadata["reason"] for event in CHANGES.all()} == {"holiday"}
    for journey in journeys:
        journey.refresh_from_db()
        assert str(journey.progress_percentage) == "33.33"


def test_due_times_move_together(begin, change, now):
    journeys = [begin(), begin()]
    assert change(journeys, ShiftDueTimes(7 * DAY, slug="intake")).changed == 2
    assert set(Task.objects.filter(slug="intake").values_list("due_at", flat=True)) == {now + 9 * DAY}
    assert Interaction.objects.count() == 2


def test_an_owner_for_all(begin, change, person):
    journeys, bob = [begin(), begin()], person("bob", "operator")
    assert change(journeys, GiveOwner(bob.pk)).changed == 2
    assert change(journeys, GiveOwner(bob.pk)).changed == 0
    assert CHANGES.filter(event_type="owner_changed").count() == 2


def test_a_plan_that_is_out_of_date_is_not_executed(begin, change, act, now):
    journeys = [begin(), begin()]
    plan = preview_change(journey_ids=[one.pk for one in journeys], change=SkipTask("intake"), now=now)
    act(skip_task, journeys[0], "intake")
    with pytest.raises(PlanChanged):
        change(journeys, SkipTask("intake"), digest=plan.digest)
    assert Task.objects.filter(is_skipped=True).count() == 1


def test_what_cannot_be_done_changes_nothing(begin, change):
    journey = begin()
    with pytest.raises(ReasonMissing):
        change([journey], SkipTask("intake"), reason="")
    with pytest.raises(UnknownPerson):
        change([journey], GiveOwner(999_999))
    with pytest.raises(TooManyJourneys):
        change_journeys(
            journey_ids=[new_id() for _ in range(MOST_AT_ONCE + 1)],
            change=SkipTask("intake"),
            expected_digest="",
            reason="holiday",
            by="alice",
            now=journey.started_at,
        )
    assert not CHANGES.exists()
