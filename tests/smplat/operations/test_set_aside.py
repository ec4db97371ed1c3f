"""The list of what sweeps have set aside, as an operator sees it."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from smplat import clock
from smplat.ids import new_id
from smplat.operations.models import SetAside

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def aside():
    def make(name, *, retry_at, since=None):
        since = since or clock.now() - 30 * MINUTE
        return SetAside.objects.create(
            sweep="sweep-checkouts",
            subject_id=new_id(),
            name=name,
            path=f"/admin/checkout/order/{name}/change/",
            reason=f"IntegrityError: {'very ' * 50}wrong",
            since=since,
            last_failed_at=since,
            times=2,
            retry_at=retry_at,
        )

    return make


def test_the_list_shows_what_waits_and_leads_to_it(aside, person):
    first = aside("SM000001", retry_at=clock.now() + 20 * MINUTE)
    aside("SM000002", retry_at=clock.now() - 61 * MINUTE)
    client = Client()
    client.force_login(person("bob", "viewer"))
    page = client.get(reverse("admin:operations_setaside_changelist")).content.decode()
    assert '<a class="console-link" href="/admin/checkout/order/SM000001/change/">SM000001</a>' in page
    assert "IntegrityError: very very" in page
    assert "wrong" not in page
    whole = client.get(reverse("admin:operations_setaside_change", args=[first.pk])).content.decode()
    assert f"{'very ' * 50}wrong" in whole
    # Its time came more than an hour ago and no sweep met it: it is not due any more.
    assert "SM000002" not in page
