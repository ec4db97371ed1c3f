"""Checklists in the console: a version is drawn up row by row, and live journeys move after a preview."""

from datetime import timedelta

import pytest
from django.urls import reverse

from checkout.models import OrchestrationEvent
from onboarding.models import Journey, JourneyTemplate
from onboarding.templates import lines_of
from smplat import clock

pytestmark = pytest.mark.django_db
LIST = "/admin/onboarding/journeytemplate/"


@pytest.fixture
def current(begin):
    """The shipped version, with one live journey on it."""
    begin(at=clock.now())
    return JourneyTemplate.objects.get(slug="default")


def rows_of(answer):
    """What a browser would send back: the head and every row as they are."""
    form, rows = answer.context["form"], answer.context["rows"]
    values = {name: form[name].value() for name in form.fields}
    values |= {f"tasks-{name}": rows.management_form[name].value() for name in rows.management_form.fields}
    for row in rows:
        values |= {row[name].html_name: row[name].value() or "" for name in row.fields}
    return {name: "" if value is None else value for name, value in values.items()}


def version_page(template):
    return reverse("admin:onboarding_new_version", args=[template.pk])


def move_page(template):
    return reverse("admin:onboarding_move_journeys", args=[template.pk])


def test_publishing_unchanged_rows_makes_no_version(current, signed_in):
    client = signed_in("merchandiser")
    values = rows_of(client.get(version_page(current))) | {"reason": "Nothing."}
    answer = client.post(version_page(current), values, follow=True)
    assert "no version was made" in answer.content.decode()
    assert JourneyTemplate.objects.count() == 1


def test_a_row_is_added_another_left_out_and_live_journeys_stay(current, signed_in):
    client = signed_in("merchandiser")
    values = rows_of(client.get(version_page(current)))
    values |= {"tasks-2-is_left_out": "on", "tasks-3-slug": "sign", "tasks-3-title": "Sign", "reason": "Legal."}
    client.post(version_page(current), values)
    published = JourneyTemplate.objects.get(is_current=True)
    assert (published.version, [line.slug for line in lines_of(published)]) == (2, ["intake", "assets", "sign"])
    assert Journey.objects.get().template == current


def test_a_checklist_that_makes_no_sense_is_refused_and_kept_on_the_page(current, signed_in):
    client = signed_in("merchandiser")
    values = rows_of(client.get(version_page(current))) | {"tasks-0-depends_on": "nothing", "reason": "x"}
    body = client.post(version_page(current), values).content.decode()
    assert "waits for nothing, which is not in the checklist." in body
    assert JourneyTemplate.objects.count() == 1


def test_a_row_without_a_title_is_refused_beside_its_field(current, signed_in):
    client = signed_in("merchandiser")
    values = rows_of(client.get(version_page(current))) | {"tasks-0-title": "", "reason": "x"}
    assert "This field is required." in client.post(version_page(current), values).content.decode()
    assert JourneyTemplate.objects.count() == 1


def test_a_spare_row_asks_for_nothing_and_has_nothing_to_leave_out(current, signed_in):
    rows = signed_in("merchandiser").get(version_page(current)).context["rows"]
    *given, first_spare, _, _ = rows.forms
    assert all("is_left_out" in row.fields and row.fields["title"].required for row in given)
    assert "is_left_out" not in first_spare.fields
    assert not any(field.required for field in first_spare.fields.values())


def test_a_spare_row_that_was_filled_in_needs_a_title(current, signed_in):
    client = signed_in("merchandiser")
    values = rows_of(client.get(version_page(current))) | {"tasks-3-slug": "sign", "reason": "x"}
    answer = client.post(version_page(current), values)
    assert answer.context["rows"].forms[3].errors == {"title": ["This field is required."]}
    assert JourneyTemplate.objects.count() == 1


def test_a_new_checklist_is_made_for_a_category(current, signed_in):
    client, page = signed_in("merchandiser"), reverse("admin:onboarding_new_template")
    values = rows_of(client.get(page)) | {
        "slug": "tiktok",
        "title": "TikTok",
        "product_category": "tiktok",
        "reason": "A new line of products.",
        "tasks-0-slug": "intake",
        "tasks-0-title": "Tell us",
    }
    client.post(page, values)
    assert JourneyTemplate.objects.get(slug="tiktok").product_category == "tiktok"


@pytest.fixture
def next_version(current, signed_in):
    client = signed_in("merchandiser")
    values = rows_of(client.get(version_page(current)))
    values |= {"tasks-2-is_left_out": "on", "tasks-3-slug": "sign", "tasks-3-title": "Sign", "reason": "Legal."}
    client.post(version_page(current), values)
    return JourneyTemplate.objects.get(is_current=True)


def test_the_preview_names_what_is_kept_added_and_dropped_and_moves_nothing(current, next_version, signed_in):
    answer = signed_in("operator").get(move_page(next_version))
    [(_, kept, added, dropped)] = answer.context["rows"]
    assert (kept, added, dropped) == ("intake, assets", "sign", "collaboration")
    assert Journey.objects.get().template == current


def test_live_journeys_are_moved_on_request(next_version, signed_in):
    client = signed_in("operator")
    client.post(move_page(next_version), {"reason": "Legal."})
    assert Journey.objects.get().template == next_version
    assert "No journey is left to move" in client.get(move_page(next_version)).content.decode()


def test_without_a_reason_nothing_is_moved(current, next_version, signed_in):
    signed_in("operator").post(move_page(next_version), {"reason": ""})
    assert Journey.objects.get().template == current


def test_a_former_version_cannot_be_moved_to(current, next_version, signed_in):
    assert "no longer the current one" in signed_in("operator").get(move_page(current)).content.decode()


def test_everybody_reads_checklists_and_few_change_them(current, signed_in):
    client = signed_in("viewer")
    body = client.get(f"{LIST}{current.pk}/change/").content.decode()
    assert "Hand in your files and access" in body
    assert "/new-version/" not in body
    assert client.post(version_page(current), {}).status_code == 403
    assert client.get(LIST).status_code == 200


def test_a_draft_is_tried_on_the_last_quarter_and_not_published(current, signed_in):
    client = signed_in("merchandiser")
    values = rows_of(client.get(version_page(current))) | {"reason": "x", "rehearse": "1"}
    body = client.post(version_page(current), values).content.decode()
    assert "No order to try it on" in body
    assert JourneyTemplate.objects.count() == 1


def test_a_checklist_is_tried_on_orders_that_were_paid(place, current, signed_in):
    order = place()
    stage = OrchestrationEvent.objects.filter(orchestration__order=order).first()
    OrchestrationEvent.objects.create(
        orchestration_id=stage.orchestration_id,
        stage="payment",
        status="completed",
        created_at=clock.now() - timedelta(days=20),
    )
    answer = signed_in("viewer").get(reverse("admin:onboarding_try_template", args=[current.pk]))
    assert (answer.context["trial"]["orders"], answer.context["trial"]["clients"]) == (1, 1)
    assert answer.context["trial"]["messages"] > 0
