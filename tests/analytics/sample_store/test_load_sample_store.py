"""`manage.py load_sample_store`: one store, however often it is loaded."""

import json
import stat
from io import StringIO

import pytest
from django.contrib.auth import authenticate
from django.core.management import CommandError, call_command
from django.db.models import Sum

from analytics.models import OfferEvent, OfferRollup, QuarantinedEvent
from analytics.sample_store.access import ensure_client
from smplat.api.authentication import directory
from smplat.api.keys import hash_key
from smplat.api.models import ApiKey
from smplat.console.models import User
from tests.analytics.rollups import fold_everything

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def development(settings):
    settings.DEVELOPMENT = True


@pytest.fixture
def load(tmp_path):
    def run(**options):
        out = StringIO()
        call_command("load_sample_store", days=1, json=True, keys_file=tmp_path / "demo.json", stdout=out, **options)
        return json.loads(out.getvalue().splitlines()[-1])

    return run


def test_everything_accepted_is_in_the_table_and_in_the_rollups(load):
    loaded = load()["loaded"]
    assert loaded["accepted"] == OfferEvent.objects.count() > 1000
    fold_everything()
    assert OfferRollup.objects.aggregate(events=Sum("event_count"))["events"] == loaded["accepted"]
    assert loaded["quarantined"] == QuarantinedEvent.objects.count()
    assert loaded["duplicate"] > 0


def test_a_second_run_adds_nothing_and_answers_the_same_keys(load):
    first, second = load(), load()
    assert second["loaded"] == {
        "batches": 0,
        "accepted": 0,
        "duplicate": 0,
        "quarantined": 0,
        "orders": 0,
        "journeys": 0,
    }
    assert (second["keys"], second["logins"]) == (first["keys"], first["logins"])
    assert ApiKey.objects.count() == 3


def test_its_parts_loaded_by_themselves_are_the_whole(load):
    people, events, orders = (load(only=part)["loaded"] for part in ("people", "events", "orders"))
    assert not any(people.values())
    assert (events["orders"], orders["batches"]) == (0, 0)
    assert events["accepted"] > 1000
    assert orders["orders"] > 0
    assert not any(load()["loaded"].values())


def test_signing_in_hides_a_password_as_well_as_any(load, rf):
    load(only="people")
    before = User.objects.get(username="viewer").password
    authenticate(rf.post("/"), username="viewer", password="smplat-demo-viewer")
    after = User.objects.get(username="viewer").password
    assert int(after.split("$")[1]) > int(before.split("$")[1]) == 1


def test_a_run_that_was_killed_is_completed_by_the_next(load, monkeypatch):
    from analytics.sample_store import loading

    real, calls = loading.record_offer_events, []

    def dies_after_a_few(**arguments):
        calls.append(1)
        if len(calls) == 5:
            raise KeyboardInterrupt
        return real(**arguments)

    monkeypatch.setattr(loading, "record_offer_events", dies_after_a_few)
    with pytest.raises(KeyboardInterrupt):
        load()
    stored = OfferEvent.objects.count()
    monkeypatch.setattr(loading, "record_offer_events", real)
    accepted = load()["loaded"]["accepted"]
    assert OfferEvent.objects.count() == stored + accepted
    assert load()["loaded"]["batches"] == 0


def test_each_role_can_sign_in(load, rf):
    for login in load()["logins"]:
        person = authenticate(rf.post("/"), username=login["username"], password=login["password"])
        assert person.is_staff
        assert [group.name for group in person.groups.all()] == [login["role"]]


def test_a_password_that_was_changed_stays(load):
    load()
    viewer = User.objects.get(username="viewer")
    viewer.set_password("changed-since")
    viewer.save()
    load()
    assert User.objects.get(username="viewer").check_password("changed-since")


def test_keys_that_the_database_does_not_know_are_replaced(load, tmp_path):
    first = load()["keys"]
    ApiKey.objects.all().delete()
    directory.forget()
    second = load()["keys"]
    assert second != first
    assert ApiKey.objects.filter(hash=hash_key(second["secret"])).exists()


def test_only_its_owner_reads_the_keys(load, tmp_path):
    load()
    assert stat.S_IMODE((tmp_path / "demo.json").stat().st_mode) == 0o600


def test_outside_development_it_refuses_and_changes_nothing(load, settings):
    settings.DEVELOPMENT = False
    with pytest.raises(CommandError):
        load()
    assert not User.objects.exists()


def test_the_simulators_key_may_only_write_events_and_orders(load):
    key = ApiKey.objects.get(hash=hash_key(load()["keys"]["simulator"]))
    assert sorted(key.scopes) == ["events:write", "orders:write"]
    assert key.client != ensure_client("Storefront (demo)")


def test_a_key_that_lacks_a_right_it_needs_by_now_is_replaced(load):
    first = load()["keys"]["simulator"]
    ApiKey.objects.filter(hash=hash_key(first)).update(scopes=["events:write"])
    assert load()["keys"]["simulator"] != first
