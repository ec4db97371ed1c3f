"""The page of one order: its whole story, for those who may see it, and nothing is written by looking."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from checkout.actions.record_stage_event import StageReport, record_stage_event
from checkout.models import Escalation, Orchestration, OrchestrationEvent, RecoveryAssignment, RecoveryDecision
from checkout.policies import create_missing_policies
from checkout.rules.position import Step
from checkout.states import Stage, StageStatus
from guardrails.actions.pause_provider import pause_provider
from smplat import clock
from smplat.db import transaction
from smplat.outbox.choices import Happening
from smplat.outbox.models import DeliveryLogEntry, Message
from tests.hostile import assert_shown_harmless, hostile_strings

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _policies(now):
    create_missing_policies(now=now)


def page_of(client, order, **query):
    return client.get(f"/admin/checkout/order/{order.pk}/change/", query)


def text_of(client, order, **query):
    answer = page_of(client, order, **query)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def titles(client, order, **query):
    return [line.title for line in page_of(client, order, **query).context["story"].lines]


def report(order, stage, status, now, *, note="", **payload):
    step = Step(Stage(stage), StageStatus(status))
    record_stage_event(order_id=order.pk, report=StageReport(step, note, payload, None, {}, now), now=now)


def decide(order, action, reason, now, **more):
    return RecoveryDecision.objects.create(
        order=order, stage="payment", policy_version=1, action=action, reason=reason, decided_at=now, **more
    )


def test_it_shows_number_value_stage_and_items(place, signed_in):
    order = place(quantity=2)
    text = text_of(signed_in("viewer"), order)
    for words in (order.order_number, "298.00 EUR", "Payment", "Reels starter", "Acme SMM"):
        assert words in text, words


def test_who_the_customer_is_and_their_time_are_for_those_who_act_for_them(place, signed_in):
    order = place(notes="ring at Lovelace")
    personal = ("ada@example.test", "in Europe/London", "ring at Lovelace")
    text, hidden = text_of(signed_in("operator"), order), text_of(signed_in("viewer"), order)
    assert [words for words in personal if words not in text] == []
    assert [words for words in personal if words in hidden] == []


def test_a_recipients_address_in_the_timeline_is_for_the_same_people(place, signed_in, now):
    order = place()
    message = Message.objects.create(
        topic="outbox.test", channel="email", recipient="ada@example.test", dedupe_key="a", due_at=now, created_at=now
    )
    decide(order, "prompt", "stalled", now, message_id=message.pk)
    assert "Message by email to ada@example.test" in titles(signed_in("operator"), order)
    assert "Message by email" in titles(signed_in("viewer"), order)


def test_the_timeline_tells_status_stages_decisions_messages_and_escalations(place, signed_in, now):
    order = place()
    message = Message.objects.create(topic="outbox.test", channel="email", dedupe_key="a", due_at=now, created_at=now)
    DeliveryLogEntry.objects.create(message=message, happening=Happening.FAILED, attempt=1, at=now, detail="421 busy")
    decide(order, "prompt", "stalled", now, message_id=message.pk)
    Escalation.objects.create(
        order=order, stage="payment", reason="manual", opened_at=now, deadline_at=now + timedelta(hours=4)
    )
    report(order, "payment", "completed", now, note="card ok")
    shown = titles(signed_in("operator"), order)
    for title in (
        "Pending → Processing",
        "Payment: completed",
        "Prompted in payment",
        "Failed, can be retried: outbox.test",
        "Escalated: Called by an operator",
    ):
        assert title in shown, title


def test_of_calls_in_a_row_the_timeline_has_the_newest(place, signed_in, now):
    order = place()
    escalation = Escalation.objects.create(
        order=order, stage="payment", reason="manual", opened_at=now, deadline_at=now + timedelta(hours=4)
    )
    for times in (2, 3, 4):
        Escalation.objects.filter(pk=escalation.pk).update(times_called=times)
    shown = titles(signed_in("operator"), order, source="Recovery")
    assert shown == ["Escalation called again, 4 times in all", "Escalated: Called by an operator"]


def test_the_timeline_can_be_narrowed_to_one_source(place, signed_in, now):
    order = place()
    decide(order, "defer", "quiet-hours", now)
    client = signed_in("viewer")
    assert titles(client, order, source="Recovery") == ["Deferred in payment"]
    assert titles(client, order, source="nonsense") == []


def test_it_says_why_the_order_stands(place, signed_in, now):
    order = place()
    Orchestration.objects.filter(order=order).update(last_transition_at=clock.now() - timedelta(days=3))
    decide(order, "defer", "quiet-hours", now)
    RecoveryAssignment.objects.create(order=order, stage="payment", policy_version=1, arm="prompted", assigned_at=now)
    pause_provider(provider_id="prov-9", reason="late deliveries", by="bob", now=now)
    text = text_of(signed_in("viewer"), order)
    assert "It is night where the customer lives" in text
    assert "Provider Acme SMM: late deliveries" in text
    assert "0 of 3 in this stage" in text
    assert "<strong>Held.</strong> A provider behind the order is paused." in text
    page = page_of(signed_in("analyst"), order)
    assert page.context["is_stalled"]
    assert page.context["items"][0].is_paused


def test_payment_parts_are_listed_as_they_were_reported(place, signed_in, now):
    order = place()
    report(order, "payment", "in_progress", now, method="voucher", amount=20)
    report(order, "payment", "in_progress", now + timedelta(minutes=1), method="card", amount="129.00")
    report(order, "payment", "in_progress", now + timedelta(minutes=2), method="points", amount="many")
    parts = page_of(signed_in("viewer"), order).context["payments"]
    assert [(part.method, part.amount) for part in parts] == [
        ("voucher", "20.00 EUR"),
        ("card", "129.00 EUR"),
        ("points", "many"),
    ]


def test_an_order_whose_checkout_was_never_written_down_has_a_page_and_looking_writes_nothing(place, signed_in):
    order = place()
    with transaction(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute("DELETE FROM checkout_orchestrationevent")
        cursor.execute("DELETE FROM checkout_orchestration")
    client = signed_in("viewer")
    with CaptureQueriesContext(connection) as asked:
        assert "Not started" in text_of(client, order)
    assert not Orchestration.objects.exists()
    assert not [query["sql"] for query in asked if query["sql"].split()[0] in {"INSERT", "UPDATE", "DELETE"}]


def test_an_open_escalation_stands_at_the_top_with_owner_and_deadline(place, signed_in, now):
    order = place()
    Escalation.objects.create(
        order=order,
        stage="payment",
        reason="no-address",
        note="call them",
        opened_at=now,
        deadline_at=now + timedelta(hours=4),
        times_called=3,
    )
    text = text_of(signed_in("viewer"), order)
    for words in ("No way to reach the customer", "Nobody has taken it yet.", "Called 3 times.", "call them"):
        assert words in text, words


def test_hostile_text_is_shown_and_not_obeyed(place, signed_in, now):
    client = signed_in("operator")

    def make(text):
        order = place(notes=text)
        type(order.customer).objects.filter(pk=order.customer_id).update(name=text[:255])
        order.items.update(product_title=text[:255])
        OrchestrationEvent.objects.create(
            orchestration=order.orchestration,
            stage="payment",
            status="in_progress",
            transition_note=text,
            payload={"method": text, "amount": text},
            created_at=now,
        )
        decide(order, "hold", text[:64], now)
        return order

    assert_shown_harmless(
        client,
        make=make,
        pages=lambda order: [f"/admin/checkout/order/{order.pk}/change/"],
        texts=hostile_strings()[::12],
    )
