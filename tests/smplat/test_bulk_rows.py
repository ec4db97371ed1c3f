"""Many rows in one statement: what goes in comes out, and conflicts are left out."""

import orjson
import pytest

from smplat import clock
from smplat.bulk_rows import among, insert_new_rows, insert_rows
from smplat.db import NoTransaction
from smplat.ids import new_id
from smplat.outbox.models import Message, Preference

NOW = clock.now()


def message(key, **more):
    return {
        "id": new_id(),
        "topic": "outbox.test",
        "channel": "email",
        "recipient": "ana@example.test",
        "category": "",
        "payload": {"text": "it's 5 % \N{EURO SIGN} \\ \" \n"},
        "dedupe_key": key,
        "state": "pending",
        "due_at": NOW,
        "attempts": 0,
        "attempts_forgiven": 0,
        "last_error": "",
        "suppressed_because": "",
        "created_at": NOW,
        **more,
    }


@pytest.mark.django_db
def test_values_come_out_as_they_went_in():
    row = message("a")
    insert_rows(Message, [row])
    stored = Message.objects.get()
    assert {name: getattr(stored, name) for name in row} == row


@pytest.mark.django_db
def test_a_fragment_is_json_that_was_written_before():
    insert_rows(Message, [message("a", payload=orjson.Fragment('{"n": 1}'))])
    assert Message.objects.get().payload == {"n": 1}


@pytest.mark.django_db
def test_only_rows_that_are_new_are_written_and_answered():
    insert_rows(Message, [message("a")])
    assert insert_new_rows(Message, [message("a"), message("b")], returning="dedupe_key") == [("b",)]
    assert Message.objects.count() == 2


@pytest.mark.django_db
def test_no_rows_are_no_statement(django_assert_num_queries):
    with django_assert_num_queries(0):
        insert_rows(Message, [])


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_nothing_is_written():
    with pytest.raises(NoTransaction):
        insert_rows(Message, [message("a")])
    assert not Message.objects.exists()


@pytest.mark.django_db
def test_rows_are_found_by_many_ids():
    people = [new_id() for _ in range(3)]
    insert_rows(Message, [message(str(one), recipient_id=one) for one in people])
    found = among(Message.objects.filter(recipient="ana@example.test"), "recipient_id", people[:2])
    assert {row.recipient_id for row in found} == set(people[:2])
    assert list(among(Preference.objects.all(), "recipient_id", [])) == []
