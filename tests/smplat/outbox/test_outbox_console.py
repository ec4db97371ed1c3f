"""The outbox in the console: found by state, sent again with a reason, secrets shown once."""

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group

from smplat.console.attention import AttentionContext
from smplat.operations import heartbeats
from smplat.outbox.choices import State
from smplat.outbox.models import Message, WebhookEndpoint, WebhookSecret
from smplat.outbox.readiness import check_outbox
from smplat.outbox.registration import dead_messages, failing_messages
from smplat.outbox.relay import relay_channel
from tests.smplat.outbox.conftest import HERE
from tests.smplat.outbox.rude_mail_server import running_rude_server
from tests.smplat.outbox.test_outbox_email import configure

pytestmark = pytest.mark.django_db
LIST = "/admin/outbox/message/"


@pytest.fixture
def sign_in(client):
    def _sign_in(role: str):
        user = get_user_model().objects.create_user(username=role, password="x", is_staff=True)
        user.groups.add(Group.objects.get(name__iexact=role))
        client.force_login(user)
        return client

    return _sign_in


@pytest.fixture
def dead(write, hand_clock) -> Message:
    message = write("test.refused", recipient=f"{HERE}.refuse")
    relay_channel("event", clock=hand_clock, until=hand_clock.later)
    message.refresh_from_db()
    assert message.state == State.DEAD
    return message


def test_dead_messages_are_found_and_tell_what_happened(sign_in, dead):
    client = sign_in("operator")
    assert "test.refused" in client.get(f"{LIST}?situation=dead").content.decode()
    assert "test.refused" not in client.get(f"{LIST}?situation=suppressed").content.decode()
    assert "this order does not exist" in client.get(f"{LIST}{dead.pk}/change/").content.decode()


def test_an_operator_sends_a_dead_message_again_with_a_reason(sign_in, dead):
    client = sign_in("operator")
    address = f"{LIST}{dead.pk}/resend/"
    client.get(address)
    dead.refresh_from_db()
    assert dead.state == State.DEAD
    client.post(address, {"_form_submitted": "on", "reason": "fixed"})
    dead.refresh_from_db()
    assert dead.state == State.PENDING
    assert dead.log.get(happening="resent").by == "operator"


def test_a_viewer_sees_no_message(sign_in, dead):
    assert sign_in("viewer").get(LIST).status_code == 403


def test_the_first_page_names_dead_messages(dead, hand_clock):
    (card,) = dead_messages(AttentionContext(now=hand_clock()))
    assert (card.count, card.url) == (1, f"{LIST}?situation=dead")


def test_a_fresh_secret_is_shown_once_and_a_reload_makes_no_other(sign_in, hand_clock):
    endpoint = WebhookEndpoint.objects.create(
        name="shop", url="https://shop.example/h", topics=["outbox.test"], created_at=hand_clock()
    )
    client = sign_in("admin")
    form = {"form_id": "0190f5d0-0000-7000-8000-0000000000ff", "reason": "first"}
    shown = client.post(f"/admin/outbox/endpoints/{endpoint.pk}/secret/", form).content.decode()
    assert WebhookSecret.objects.get().secret in shown
    again = client.post(f"/admin/outbox/endpoints/{endpoint.pk}/secret/", form).content.decode()
    assert "was used already" in again
    assert WebhookSecret.objects.count() == 1


@pytest.mark.parametrize(("url", "is_saved"), [("https://shop.example/h", True), ("http://10.0.0.1/", False)])
def test_an_endpoint_is_saved_only_with_an_address_we_would_post_to(url, is_saved, sign_in):
    form = {"name": "shop", "url": url, "topics": ["outbox.test"], "is_active": "on"}
    sign_in("admin").post("/admin/outbox/webhookendpoint/add/", form)
    assert WebhookEndpoint.objects.exists() is is_saved


def test_readiness_names_a_message_that_is_late(write, hand_clock):
    heartbeats.record_success("schedule:sweep-outbox", hand_clock())
    write("test.kept")
    hand_clock.forward(minutes=7)
    verdict = check_outbox(hand_clock())
    assert (verdict.status, verdict.detail) == ("degraded", "The oldest message is due for 7 min.")


@pytest.fixture
def outage(write, hand_clock, settings):
    """Three emails, of which the first was refused because of us, ten minutes ago."""
    with running_rude_server({"MAIL": b"550 5.7.1 ana@example.com may not send\r\n"}) as server:
        configure(settings, server.port)
        for number in range(3):
            write("outbox.test", channel="email", recipient=f"{number}@example.com")
        relay_channel("email", clock=hand_clock, until=hand_clock.later)
    return hand_clock


WORDS = "The mail server refuses our sender: 550 5.7.1 [address] may not send"


def test_what_is_held_up_says_by_what(outage):
    held_up = Message.objects.held_up()
    assert [message.last_error for message in held_up] == [f"Not tried, because one before it failed: {WORDS}"] * 2
    assert [message.log.count() for message in held_up] == [0, 0]


def test_the_first_page_names_what_does_not_get_through_once_it_does_not_pass_by_itself(outage):
    outage.forward(minutes=9)
    assert list(failing_messages(AttentionContext(now=outage()))) == []
    outage.forward(minutes=1)
    (card,) = failing_messages(AttentionContext(now=outage()))
    assert (card.title, card.count, card.severity) == ("Email: messages do not get through", 3, "warning")
    assert card.url == f"{LIST}?situation=failing&channel__exact=email"
    assert card.detail.endswith(WORDS)


def test_one_recipient_that_fails_is_only_a_notice(write, hand_clock):
    write("test.failed", recipient=f"{HERE}.keep_and_fail")
    relay_channel("event", clock=hand_clock, until=hand_clock.later)
    (card,) = failing_messages(AttentionContext(now=hand_clock.forward(minutes=10)))
    assert (card.count, card.severity) == (1, "notice")


def test_readiness_is_degraded_while_emails_are_held_up_although_none_of_them_is_late(outage):
    Message.objects.update(due_at=outage.forward(minutes=6))
    heartbeats.record_success("schedule:sweep-outbox", outage())
    verdict = check_outbox(outage())
    assert verdict.status == "degraded"
    assert verdict.detail == f"Email does not leave. Not tried, because one before it failed: {WORDS}"


def test_what_was_held_up_and_then_delivered_is_told_of_no_more(outage, settings):
    with running_rude_server({}) as server:
        configure(settings, server.port)
        Message.objects.update(due_at=outage.forward(minutes=20))
        relay_channel("email", clock=outage, until=outage.later)
    assert set(Message.objects.values_list("state", "last_error")) == {(State.DELIVERED, "")}
    assert list(failing_messages(AttentionContext(now=outage()))) == []


def test_the_list_names_handlers_and_endpoints_instead_of_paths_and_numbers(sign_in, write, hand_clock):
    endpoint = WebhookEndpoint.objects.create(name="Warehouse", url="https://example.com/hooks", topics=["outbox.test"])
    write("test.kept", recipient=f"{HERE}.keep")
    Message.objects.create(
        topic="outbox.test",
        channel="webhook",
        recipient=str(endpoint.pk),
        dedupe_key="1",
        due_at=hand_clock(),
        created_at=hand_clock(),
    )
    page = sign_in("operator").get(LIST).content.decode()
    assert "tests: keep" in page
    assert "Warehouse" in page
    assert f"{HERE}.keep" not in page


def test_a_payload_is_shown_in_letters_not_in_escapes(sign_in, write):
    message = write("test.kept", recipient=f"{HERE}.keep", payload={"name": "Núñez", "amount": "39,95\u00a0€"})
    page = sign_in("operator").get(f"{LIST}{message.pk}/change/").content.decode()
    assert "Núñez" in page
    assert "39,95\u00a0€" in page
