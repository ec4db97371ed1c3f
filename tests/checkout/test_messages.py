"""What leaves about a stalled checkout, word for word: the prompt by mail, the call in Slack."""

import pytest

from checkout.actions.escalate_order import escalate_order
from checkout.actions.sweep_checkouts import sweep_checkouts
from smplat.ids import new_id
from smplat.outbox.channels.email import compose
from smplat.outbox.channels.slack_text import render
from tests.checkout.recovery import HOUR, LATER, calls, prompts, set_checkout, set_policy

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _nobody_is_held_out(db, settings):
    settings.DEFAULT_FROM_EMAIL = "hello@shop.example"
    set_policy(escalation_channel="operations")


def test_the_first_prompt_names_order_amount_step_and_link(place):
    order = place()
    sweep_checkouts(sweep_id=new_id(), limit=10, now=LATER)
    (message,) = prompts()
    email = compose(message)
    assert email.subject == f"Order {order.order_number}: your payment is not complete yet"
    assert email.to == ["ada@example.test"]
    (html, _), *_ = email.alternatives
    for text in (email.body, html):
        assert "Hello Ada," in text
        assert "We kept your order of €149.00 as you left it." in text
        assert "works for 7 days" in text
        assert message.payload["url"] in text
    assert "One-Click" in email.extra_headers["List-Unsubscribe-Post"]


def test_a_repeated_prompt_says_so_and_names_a_failed_attempt(place):
    order = place()
    set_checkout(order, prompts_sent=1, last_prompt_at=LATER - 9 * HOUR, stage_status="failed", failed_at=LATER)
    sweep_checkouts(sweep_id=new_id(), limit=10, now=LATER)
    email = compose(prompts()[0])
    assert email.subject.startswith(f"Reminder: order {order.order_number}:")
    assert "The last attempt did not go through" in email.body


def test_a_call_names_the_order_what_for_and_until_when(place, settings):
    settings.API_BASE_URL = "https://console.example.test"
    order = place()
    escalate_order(order_id=order.pk, note="Call <!channel> back", now=LATER)
    page = f"https://console.example.test/admin/checkout/order/{order.pk}/change/"
    assert render(calls()[0]).splitlines() == [
        f"*<{page}|Order {order.order_number}>* (€149.00) needs a person",
        "Payment: called by an operator. Call &lt;!channel&gt; back",
        "Somebody please take it before 2026-06-01 18:00 UTC.",
    ]
