"""The History button tells who changed what and why."""

from collections.abc import Callable

import pytest
from django.test import Client

from smplat.api.models import ApiClient
from smplat.console.changes import FieldChange, differences, event_model_of, list_changes
from smplat.console.models import User

pytestmark = pytest.mark.django_db


@pytest.fixture
def ada(person: Callable[..., User]) -> Client:
    client = Client()
    client.force_login(person("ada", "admin"))
    return client


def _change_owner(client: Client, shop: ApiClient, owner: str) -> None:
    form = {"name": shop.name, "owner": owner, "contact": "", "keys-TOTAL_FORMS": "0", "keys-INITIAL_FORMS": "0"}
    assert client.post(f"/admin/api/apiclient/{shop.pk}/change/", form).status_code == 302


def test_a_change_names_its_person_and_the_field(ada: Client) -> None:
    shop = ApiClient.objects.create(name="Storefront", owner="Shop team")
    _change_owner(ada, shop, "Growth")
    newest = list_changes(event_model_of(ApiClient), pk=shop.pk)[0]
    assert (newest.what, newest.who) == ("Changed", "user:ada")
    assert newest.fields == [FieldChange(name="owner", before="Shop team", after="Growth")]


def test_the_history_page_shows_it(ada: Client) -> None:
    shop = ApiClient.objects.create(name="Storefront", owner="Shop team")
    _change_owner(ada, shop, "<b>Growth</b>")
    page = ada.get(f"/admin/api/apiclient/{shop.pk}/history/").content.decode()
    assert "owner: Shop team → <strong>&lt;b&gt;Growth&lt;/b&gt;</strong>" in page


def test_the_history_of_a_missing_row_leads_away(ada: Client) -> None:
    assert ada.get("/admin/api/apiclient/999/history/").status_code == 302


def test_only_who_may_see_the_row_sees_its_history(person: Callable[..., User]) -> None:
    shop, client = ApiClient.objects.create(name="Storefront"), Client()
    client.force_login(person("bob", "viewer"))
    assert client.get(f"/admin/api/apiclient/{shop.pk}/history/").status_code == 403


def test_equal_states_have_no_differences() -> None:
    assert differences({"a": 1, "b_id": 2}, {"a": 1, "b_id": 2}) == []
    assert differences({"a": 1, "b_id": 2}, {"a": 1, "b_id": None}) == [FieldChange(name="b", before=2, after=None)]
