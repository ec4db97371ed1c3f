"""The reminder policy is changed as a whole, by the version that was seen, with a reason in its history."""

import pytest

from onboarding.models import NudgePolicy

pytestmark = pytest.mark.django_db
PAGE = "/admin/onboarding/nudge-policy/"


@pytest.fixture(autouse=True)
def _policy(_defaults):
    """The shipped one."""


def values_of(client):
    form = client.get(PAGE).context["form"]
    values = {name: form[name].value() for name in form.fields} | {"reason": "Fewer messages."}
    return {name: "on" if value is True else value for name, value in values.items() if value not in {None, False}}


def test_a_change_makes_the_next_version_and_keeps_why(signed_in):
    client = signed_in("operator")
    answer = client.post(PAGE, values_of(client) | {"idle_after_hours": "48"}, follow=True)
    assert "Version 2 holds; 0 journeys were scheduled anew." in answer.content.decode()
    policy = NudgePolicy.objects.get()
    assert (policy.version, policy.idle_after_hours) == (2, 48)
    history = client.get("/admin/onboarding/nudgepolicy/default/history/").content.decode()
    assert "Fewer messages." in history


def test_the_page_leads_to_earlier_versions(signed_in):
    assert 'href="/admin/onboarding/nudgepolicy/default/history/"' in signed_in("operator").get(PAGE).content.decode()


def test_a_value_out_of_bounds_is_refused_beside_its_field(signed_in):
    client = signed_in("operator")
    answer = client.post(PAGE, values_of(client) | {"cap": "99"})
    assert "less than or equal to 10" in answer.content.decode()
    assert NudgePolicy.objects.get().version == 1


def test_of_two_people_the_second_is_told(signed_in):
    client = signed_in("operator")
    seen = values_of(client)
    client.post(PAGE, seen | {"max_per_task": "3"})
    client.post(PAGE, seen | {"max_per_task": "9"})
    assert NudgePolicy.objects.get().max_per_task == 3


def test_a_viewer_cannot_change_it(signed_in):
    assert signed_in("viewer").get(PAGE).status_code == 403
