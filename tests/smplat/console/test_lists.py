"""What all lists of the admin share: a name, and words for when they are empty."""

import pytest
from django.contrib import admin
from django.test import Client
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from smplat.console.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def root(client: Client) -> Client:
    client.force_login(User.objects.create_superuser("root"))
    return client


def test_a_list_is_named_after_what_it_lists(root: Client) -> None:
    page = root.get("/admin/outbox/webhookendpoint/").content.decode()
    title = page.partition("<title>")[2].partition("</title>")[0]
    assert title.strip().startswith("Webhook endpoints |")


def test_an_empty_list_says_what_to_do(root: Client) -> None:
    page = root.get("/admin/outbox/webhookendpoint/").content.decode()
    assert "Add a receiver: it is told what you choose" in page
    assert "Add the first" in page


def test_a_list_that_a_filter_emptied_says_so(root: Client) -> None:
    page = root.get("/admin/outbox/message/?situation=dead").content.decode()
    assert "No row matches what you search and filter for." in page
    assert "is listed here" not in page


def test_a_schedule_says_how_often_in_the_largest_unit_that_fits(root: Client) -> None:
    for seconds in (10, 300, 86_400):
        every = IntervalSchedule.objects.create(every=seconds, period="seconds")
        PeriodicTask.objects.create(name=f"every-{seconds}", task="a.task", interval=every)
    page = root.get("/admin/django_celery_beat/periodictask/").content.decode()
    assert [words in page for words in ("every 10 s", "every 5 min", "every 1 d")] == [True, True, True]


def test_no_model_is_in_the_wrong_plural() -> None:
    plurals = {str(model._meta.verbose_name_plural) for model in admin.site._registry}
    assert not [name for name in plurals if name.endswith("ys") and name[-3] not in "aeiou"]
