"""One change to many journeys: the plan changes nothing, applying does exactly the plan that was seen."""

import re

import pytest

from onboarding.models import Journey, Task
from smplat import clock
from smplat.console.models import User

pytestmark = pytest.mark.django_db
PAGE = "/admin/onboarding/journeys/change-many/"
SKIP = {"kind": "skip", "task": "assets", "reason": "Not sold any more."}


@pytest.fixture
def fresh(begin):
    return lambda **said: begin(at=clock.now(), **said)


def digest_of(answer):
    return re.search(r'name="digest" value="(\w+)"', answer.content.decode())[1]


def skipped():
    return set(Task.objects.filter(is_skipped=True).values_list("journey_id", flat=True))


def test_the_plan_names_what_will_change_and_changes_nothing(fresh, signed_in):
    journey = fresh()
    answer = signed_in("operator").post(PAGE, {**SKIP, "preview": "1"})
    body = answer.content.decode()
    assert journey.order.order_number in body
    assert "Change 1 journey" in body
    assert skipped() == set()


def test_applying_changes_what_the_filters_show_and_nothing_else(fresh, signed_in):
    wanted, _other = fresh(referral_code="X"), fresh()
    client = signed_in("operator")
    digest = digest_of(client.post(PAGE + "?referral=yes", {**SKIP, "preview": "1"}))
    answer = client.post(PAGE + "?referral=yes", {**SKIP, "digest": digest, "apply": "1"}, follow=True)
    assert "Changed 1 journey." in answer.content.decode()
    assert skipped() == {wanted.pk}


def test_a_plan_that_no_longer_holds_is_refused(fresh, signed_in):
    fresh()
    client = signed_in("operator")
    digest = digest_of(client.post(PAGE, {**SKIP, "preview": "1"}))
    fresh()
    answer = client.post(PAGE, {**SKIP, "digest": digest, "apply": "1"})
    assert "The journeys have changed since the preview" in answer.content.decode()
    assert skipped() == set()


def test_nothing_is_applied_without_a_plan(fresh, signed_in):
    fresh()
    signed_in("operator").post(PAGE, {**SKIP, "apply": "1"})
    assert skipped() == set()


def test_due_times_move_and_owners_are_given(fresh, signed_in):
    journey = fresh()
    before = journey.tasks.get(slug="intake").due_at
    client = signed_in("operator")
    me = User.objects.get(username="operator")
    for change in (
        {"kind": "shift", "hours": "24", "reason": "Holiday."},
        {"kind": "owner", "person": str(me.pk), "reason": "Mine."},
    ):
        client.post(PAGE, {**change, "digest": digest_of(client.post(PAGE, {**change, "preview": "1"})), "apply": "1"})
    assert (journey.tasks.get(slug="intake").due_at - before).total_seconds() == 24 * 3600
    assert Journey.objects.get().owner == me


@pytest.mark.parametrize(
    ("change", "words"),
    [({"kind": "skip"}, "Which task?"), ({"kind": "shift"}, "By how many hours?"), ({"kind": "x"}, "valid choice")],
)
def test_an_unfinished_question_is_asked_back(change, words, fresh, signed_in):
    fresh()
    assert words in signed_in("operator").post(PAGE, {"reason": "x", **change}).content.decode()


def test_a_list_without_journeys_has_an_empty_plan(signed_in):
    assert "Nothing would change" in signed_in("operator").post(PAGE, {**SKIP, "preview": "1"}).content.decode()


def test_who_only_looks_cannot_change_many(fresh, signed_in):
    fresh()
    client = signed_in("viewer")
    assert client.post(PAGE, {**SKIP, "apply": "1"}).status_code == 403
    assert b"change-many" not in client.get("/admin/onboarding/journey/").content


def test_tasks_are_offered_by_their_titles_and_nothing_is_chosen_beforehand(fresh, signed_in):
    fresh()
    form = signed_in("operator").get(PAGE).context["form"]
    assert form.fields["kind"].choices[0] == ("", "Choose")
    assert ("assets", "Hand in your files and access (assets)") in form.fields["task"].choices
