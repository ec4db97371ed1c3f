"""A customer is exported whole and erased whole, wherever the platform keeps something of them."""

import json
import stat
from datetime import timedelta
from io import StringIO
from uuid import UUID

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from checkout.actions.record_stage_event import StageReport, record_stage_event
from checkout.models import Customer, Escalation, EscalationReason, Order, OrderItem
from checkout.rules.position import Step
from checkout.states import Stage, StageStatus
from smplat.api.models import IdempotencyReceipt
from smplat.db import transaction
from smplat.outbox.actions.change_preferences import change_preferences
from smplat.outbox.actions.claim_messages import claim_messages
from smplat.outbox.choices import Category, ChangeSource, State
from smplat.outbox.enqueue import Draft, enqueue
from smplat.outbox.models import Message, Preference
from tests.checkout.conftest import NOW

pytestmark = pytest.mark.django_db
KEY = "storefront-key-for-tests"
ADDRESS, NAME, NOTE, HANDLE = "ada@example.test", "Ada Lovelace", "Ring at the blue door", "@ada_l"


@pytest.fixture
def order(product, settings) -> Order:
    """Placed over the API by Ada, who left traces everywhere: note, handle, metadata, escalation, mail, preferences."""
    settings.CHECKOUT_API_KEY = KEY
    line = {"product_id": str(product.pk), "product_title": "Reels", "unit_price": "149.00", "total_price": "149.00"}
    sent = {
        "items": [line | {"platform_context": {"handle": HANDLE}}],
        "customer": {"email": ADDRESS, "name": NAME, "locale": "en-GB", "timeZone": "Europe/London"},
        "notes": NOTE,
    }
    headers = {"X-API-Key": KEY, "Idempotency-Key": "first"}
    placed = Client().post("/api/v1/orders", sent, content_type="application/json", headers=headers)
    order = Order.objects.get(pk=placed.json()["id"])
    patched = {"billing": NAME}
    step = Step(Stage.PAYMENT, StageStatus.IN_PROGRESS)
    record_stage_event(order_id=order.pk, report=StageReport(step, "", {}, None, patched, NOW), now=NOW)
    Escalation.objects.create(
        order=order,
        stage=Stage.PAYMENT,
        reason=EscalationReason.MANUAL,
        note=f"{NAME} called",
        opened_at=NOW,
        deadline_at=NOW + timedelta(hours=4),
    )
    mail(order.customer_id)
    change_preferences(
        recipient_id=order.customer_id, wants={Category.ONBOARDING: False}, source=ChangeSource.API, now=NOW
    )
    return order


def mail(customer_id: UUID) -> None:
    draft = Draft(
        topic="outbox.test",
        channel="email",
        recipient=ADDRESS,
        recipient_id=customer_id,
        payload={"name": NAME},
        dedupe_key=f"mail-{Message.objects.count()}",
    )
    with transaction():
        enqueue(draft, now=NOW)


def run(command, **options) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command(command, stdout=out, stderr=err, **options)
    return out.getvalue(), err.getvalue()


def tables_holding(*words) -> set[str]:
    """Every table of the database in which one of these words stands, whatever its column."""
    found = set()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            name = connection.ops.quote_name(table)
            conditions = " OR ".join(["position(%s in row_of::text) > 0"] * len(words))
            cursor.execute(f"SELECT count(*) FROM {name} AS row_of WHERE {conditions}", words)
            if cursor.fetchone()[0]:
                found.add(table)
    return found


def test_nothing_of_an_erased_person_is_left_in_any_table(order):
    words = (ADDRESS, NAME, NOTE, HANDLE)
    assert tables_holding(*words) == {
        "checkout_customer",
        "checkout_order",
        "checkout_orderitem",
        "checkout_orchestration",
        "checkout_escalation",
        "outbox_message",
        "api_idempotencyreceipt",
    }
    out, err = run("erase_person", email="ADA@example.test")
    assert tables_holding(*words) == set()
    assert out.splitlines() == [
        f"erase_person --customer {order.customer_id}",
        (
            "customers=1 orders=1 items=1 checkouts=1 escalations=1 answers=1 "
            "journeys=0 interactions=0 artifacts=0 messages=1 withheld=1 unfinished=0"
        ),
    ]
    assert err == ""


def test_orders_amounts_and_logs_of_an_erased_person_stay(order):
    run("erase_person", email=ADDRESS)
    kept = Order.objects.get()
    assert (kept.pk, kept.total, kept.customer_id) == (order.pk, order.total, order.customer_id)
    assert (kept.state_events.count(), kept.orchestration.events.count()) == (
        order.state_events.count(),
        order.orchestration.events.count(),
    )
    customer = Customer.objects.get()
    assert (customer.email, customer.name, customer.locale, customer.time_zone) == ("", "", "en-US", "UTC")
    assert customer.erased_at is not None


def test_erasing_twice_is_once(order):
    run("erase_person", email=ADDRESS)
    erased_at = Customer.objects.get().erased_at
    out, _ = run("erase_person", customer=[order.customer_id])
    expected = (
        "customers=0 orders=0 items=0 checkouts=0 escalations=0 answers=0 "
        "journeys=0 interactions=0 artifacts=0 messages=0 withheld=0 unfinished=0"
    )
    assert out.splitlines()[-1] == expected
    assert Customer.objects.get().erased_at == erased_at


def test_an_erased_person_is_not_known_by_address_any_more(order):
    run("erase_person", email=ADDRESS)
    with pytest.raises(CommandError, match="Nobody is known by this address"):
        run("erase_person", email=ADDRESS)


def test_a_dry_run_says_what_it_would_do_and_does_nothing(order):
    out, _ = run("erase_person", email=ADDRESS, dry_run=True)
    assert "customers=1 orders=1" in out
    assert out.splitlines()[-1].endswith("unfinished=0 dry_run=yes")
    assert Customer.objects.get().email == ADDRESS
    assert Message.objects.get(channel="email").state == State.PENDING
    assert Preference.objects.count() == 1


def test_a_message_in_delivery_is_named_and_erased_by_the_second_run(order):
    claim_messages(channel="email", is_configured=True, limit=1, now=NOW)
    out, err = run("erase_person", email=ADDRESS)
    assert err.startswith(f"1 message is in delivery at this moment. Run it again with --customer {order.customer_id}")
    assert out.splitlines()[-1].endswith("messages=0 withheld=0 unfinished=1")
    assert tables_holding(ADDRESS) == {"outbox_message"}
    arrived = {"state": State.DELIVERED, "delivered_at": NOW, "lease_id": None, "lease_until": None}
    Message.objects.filter(channel="email").update(**arrived)
    out, _ = run("erase_person", customer=[order.customer_id])
    assert out.splitlines()[-1].endswith("messages=1 withheld=0 unfinished=0")
    assert tables_holding(ADDRESS) == set()


def test_a_retry_of_an_erased_persons_order_places_no_second_one(order, product):
    receipt = IdempotencyReceipt.objects.get()
    run("erase_person", email=ADDRESS)
    again = IdempotencyReceipt.objects.get()
    assert (again.fingerprint, again.status) == (receipt.fingerprint, 201)
    assert json.loads(again.body) == {"id": str(order.pk), "orderId": str(order.pk), "erased": True}


def test_a_later_order_with_the_erased_id_does_not_bring_the_name_back(order, place):
    run("erase_person", email=ADDRESS)
    later = place(user_id=order.customer_id)
    assert later.customer_id == order.customer_id
    assert Customer.objects.get(pk=order.customer_id).email == ""


def test_evidence_that_quotes_the_person_is_reported(order):
    step = Step(Stage.PAYMENT, StageStatus.WAITING)
    quoting = StageReport(step, "", {"payer": ADDRESS.upper()}, None, {}, NOW)
    record_stage_event(order_id=order.pk, report=quoting, now=NOW)
    _, err = run("erase_person", email=ADDRESS)
    assert err == f"The log of {order.order_number} names them 1 time(s). Evidence cannot be changed.\n"


def test_everybody_with_the_address_is_erased(order, place):
    other = Customer.objects.create(email=ADDRESS.upper(), name=NAME, created_at=NOW)
    out, _ = run("erase_person", email=ADDRESS)
    assert out.splitlines()[-1].startswith("customers=2 ")
    assert Customer.objects.get(pk=other.pk).email == ""


def test_nobody_else_is_touched(order, place):
    other = Customer.objects.create(email="bob@example.test", name="Bob", created_at=NOW)
    bobs = place(user_id=other.pk, customer=None, notes="Bob's note")
    run("erase_person", email=ADDRESS)
    assert Customer.objects.get(pk=other.pk).name == "Bob"
    assert Order.objects.get(pk=bobs.pk).notes == "Bob's note"


def test_an_export_holds_everything_and_is_readable_by_its_owner_only(order, tmp_path):
    path = tmp_path / "ada.json"
    out, _ = run("export_person", email=ADDRESS, output=path)
    exported = json.loads(path.read_text())
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert exported["ids"] == [str(order.customer_id)]
    checkout, outbox = exported["checkout"], exported["outbox"]
    assert (checkout["customers"][0]["email"], checkout["orders"][0]["notes"]) == (ADDRESS, NOTE)
    assert (checkout["orders"][0]["total"], checkout["items"][0]["platform_context"]) == (149.0, {"handle": HANDLE})
    assert checkout["escalations"][0]["note"] == f"{NAME} called"
    assert {event["status"] for event in checkout["checkout_events"]} == {"not_started", "in_progress"}
    assert (outbox["messages"][0]["recipient"], outbox["preferences"][0]["onboarding"]) == (ADDRESS, False)
    assert out.startswith("exported=")


def test_an_export_of_nobody_writes_no_file(db, tmp_path):
    with pytest.raises(CommandError, match="Nobody is known by this address"):
        run("export_person", email="nobody@example.test", output=tmp_path / "x.json")
    assert list(tmp_path.iterdir()) == []


def test_no_table_that_cannot_be_changed_copies_what_erasing_empties():
    emptied = {Customer: {"email", "name"}, Order: {"notes"}, OrderItem: {"platform_context"}}
    emptied |= {Escalation: {"note", "resolution"}, Message: {"recipient", "payload"}}
    for model, fields in emptied.items():
        history = next((m for m in apps.get_models() if getattr(m, "pgh_tracked_model", None) is model), None)
        kept = {field.name for field in history._meta.get_fields()} if history else set()
        assert not fields & kept, f"the history of {model.__name__} keeps {fields & kept}"
