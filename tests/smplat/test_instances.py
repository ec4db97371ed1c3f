"""Instances by hand-written statements: they come out as the ORM reads them, and go in as the ORM would write them."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection

from checkout.models import Order
from guardrails.models import Provider
from merchandising.models import Product
from smplat import clock
from smplat.api.models import IdempotencyReceipt
from smplat.db import NoTransaction
from smplat.ids import new_id
from smplat.instances import Columns, write_together
from smplat.outbox.models import DeliveryLogEntry, Message

NOW = clock.now()
PRODUCT = Columns(Product, "product")
MESSAGE = Columns(Message, "message")


def product(slug, **more):
    values = {"title": "It's 5 % €\n\\\"", "category": "x", "base_price": Decimal("12.50"), "currency": "EUR"}
    return Product(**{"slug": slug, "created_at": NOW, "updated_at": NOW} | values | more)


def message(key, **more):
    values = {"topic": "outbox.test", "channel": "email", "payload": {"text": "{\"a\": 'b'} % €", "n": [1, 2.5, None]}}
    return Message(**{"dedupe_key": key, "due_at": NOW, "created_at": NOW} | values | more)


def values(row):
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


@pytest.mark.django_db
def test_rows_of_several_tables_go_in_with_one_statement_as_they_are(django_assert_num_queries):
    provider = Provider(id="prov-9", name="Acme", created_at=NOW)
    ours, theirs = product("ours", provider=provider), product("theirs")
    with django_assert_num_queries(1):
        write_together(new=[ours, provider, message("a"), theirs])
    assert values(Product.objects.get(slug="ours")) == values(ours)
    assert Product.objects.get(slug="ours").provider == Provider.objects.get()
    assert Message.objects.get().payload == message("a").payload


@pytest.mark.django_db
def test_they_come_out_as_the_orm_reads_them():
    write_together(new=[message("a"), message("b", recipient_id=new_id(), due_at=NOW + timedelta(days=1))])
    read = MESSAGE.all(f"SELECT {MESSAGE} FROM outbox_message AS message ORDER BY message.dedupe_key", [])
    assert [values(row) for row in read] == [values(row) for row in Message.objects.order_by("dedupe_key")]
    assert (
        MESSAGE.first(f"SELECT {MESSAGE} FROM outbox_message AS message WHERE message.dedupe_key = %s", ["c"]) is None
    )


@pytest.mark.django_db
def test_what_the_database_fills_is_left_to_it():
    receipt = IdempotencyReceipt(client_id=0, key="k", fingerprint="f", status=201, body="{}")
    write_together(new=[receipt])
    stored = IdempotencyReceipt.objects.get()
    assert stored.pk is not None
    assert stored.created_at is not None


@pytest.mark.django_db
def test_named_fields_of_known_rows_change_and_others_stay():
    ours, theirs = product("ours"), product("theirs")
    write_together(new=[ours, theirs])
    ours.title, ours.base_price, theirs.title = "New", Decimal("3.10"), "Never stored"
    write_together(new=[message("a")], changed=[(ours, ("title",)), (theirs, ("base_price", "currency"))])
    stored = dict(Product.objects.values_list("slug", "title"))
    assert stored == {"ours": "New", "theirs": product("x").title}
    assert Product.objects.get(slug="ours").base_price == Decimal("12.50")


@pytest.mark.django_db
def test_a_written_row_is_known_to_the_orm():
    ours = product("ours")
    write_together(new=[ours])
    ours.title = "Later"
    ours.save()
    assert Product.objects.get().title == "Later"


@pytest.mark.django_db
def test_constraints_and_triggers_hold_and_nothing_is_written_in_part():
    write_together(new=[message("a")])
    with pytest.raises(IntegrityError):
        write_together(new=[product("ours"), message("a")])


@pytest.mark.django_db
def test_evidence_refuses_changes_here_too():
    sent = message("a")
    entry = DeliveryLogEntry(message=sent, happening="delivered", attempt=1, at=NOW)
    write_together(new=[sent, entry])
    entry = DeliveryLogEntry.objects.get()
    with pytest.raises(DatabaseError, match="append_only"):
        write_together(changed=[(entry, ("detail",))])


@pytest.mark.django_db
def test_nothing_is_no_statement(django_assert_num_queries):
    with django_assert_num_queries(0):
        write_together()


@pytest.mark.django_db(transaction=True)
def test_outside_a_transaction_nothing_is_written():
    with pytest.raises(NoTransaction):
        write_together(new=[message("a")])


@pytest.mark.django_db
def test_a_value_that_json_cannot_spell_is_refused():
    @dataclass
    class Odd:
        pass

    with pytest.raises(TypeError):
        write_together(new=[message("a", payload={"odd": {1, 2}})])


@pytest.mark.parametrize("model", [Order, Product, Message])
def test_every_column_is_named_once(model, db):
    columns = Columns(model, "t")
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT {columns} FROM "{model._meta.db_table}" AS t LIMIT 0')
        assert [column.name for column in cursor.description] == [field.column for field in model._meta.concrete_fields]
    assert len(columns) == len(model._meta.concrete_fields)
