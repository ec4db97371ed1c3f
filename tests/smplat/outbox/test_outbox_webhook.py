"""Webhooks: signed as the reference library checks, bounded, never into the house."""

import ipaddress
import json
from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings as live_settings
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from smplat.outbox.actions.resend_message import CannotBeResent, ReasonMissing, resend_message
from smplat.outbox.actions.rotate_webhook_secret import rotate_webhook_secret
from smplat.outbox.channels import addresses
from smplat.outbox.channels.addresses import AddressRefused, Target, connect, is_public, parse_address
from smplat.outbox.choices import State
from smplat.outbox.models import WebhookEndpoint
from smplat.outbox.relay import BATCH, relay_channel
from tests.smplat.outbox.web_receiver import running_receiver

pytestmark = pytest.mark.django_db

URLS = live_settings.BASE_DIR.parent / "shared" / "data" / "hostile" / "urls" / "urltestdata.json"


@pytest.fixture
def receiver(settings):
    settings.OUTBOX_WEBHOOK_ALLOW_PRIVATE = True
    with running_receiver() as receiver:
        yield receiver


@pytest.fixture(autouse=True)
def _present(hand_clock) -> None:
    """The reference library refuses old timestamps, so these tests live in the present."""
    hand_clock.moment = datetime.now(UTC)


@pytest.fixture
def endpoint(receiver, hand_clock):
    url = f"http://127.0.0.1:{receiver.port}/hooks?a=1"
    return WebhookEndpoint.objects.create(name="shop", url=url, topics=["test.kept"], created_at=hand_clock())


@pytest.fixture
def secret(endpoint, hand_clock) -> str:
    return rotate_webhook_secret(endpoint_id=endpoint.pk, now=hand_clock())


@pytest.fixture
def hook(write, endpoint, secret):
    return lambda **parts: write("test.kept", **{"channel": "webhook", "recipient": str(endpoint.pk), **parts})


def relay(hand_clock):
    return relay_channel("webhook", clock=hand_clock, until=hand_clock.later)


def test_a_webhook_is_verified_by_the_reference_library(hook, receiver, secret, hand_clock):
    message = hook(payload={"name": "é", "n": 1})
    assert relay(hand_clock).delivered == 1
    ((path, headers, body),) = receiver.requests
    assert path == "/hooks?a=1"
    assert headers["webhook-id"] == str(message.pk)
    assert Webhook(secret).verify(body, headers)["data"] == {"name": "é", "n": 1}


def test_a_changed_body_is_not_verified(hook, receiver, secret, hand_clock):
    hook()
    relay(hand_clock)
    ((_, headers, body),) = receiver.requests
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(body + b" ", headers)


def test_after_a_rotation_both_secrets_sign_for_a_day_and_then_only_the_new_one(
    hook, receiver, endpoint, secret, hand_clock
):
    fresh = rotate_webhook_secret(endpoint_id=endpoint.pk, now=hand_clock() - timedelta(hours=23))
    hook()
    relay(hand_clock)
    _, headers, body = receiver.requests[-1]
    assert Webhook(secret).verify(body, headers) == Webhook(fresh).verify(body, headers)
    endpoint.secrets.filter(secret=secret).update(expires_at=hand_clock())
    hook()
    relay(hand_clock)
    _, headers, body = receiver.requests[-1]
    assert Webhook(fresh).verify(body, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(body, headers)


def test_a_repeat_has_the_same_id_and_body(hook, receiver, hand_clock):
    receiver.answers = [(500, {}, b"oops")]
    message = hook()
    relay(hand_clock)
    hand_clock.forward(minutes=1)
    relay(hand_clock)
    (_, first, first_body), (_, second, second_body) = receiver.requests
    assert (first["webhook-id"], first_body) == (second["webhook-id"], second_body)
    assert list(message.log.order_by("id").values_list("happening", "response_status")) == [
        ("failed", 500),
        ("delivered", 200),
    ]


def test_retry_after_is_honoured(hook, receiver, hand_clock):
    receiver.answers = [(429, {"Retry-After": "1800"}, b"slow down")]
    message, other = hook(), hook()
    assert relay(hand_clock).postponed == 1
    for row in (message, other):
        row.refresh_from_db()
        assert row.due_at >= hand_clock() + timedelta(seconds=1800)


def test_an_endpoint_that_fails_costs_one_message_an_attempt_and_the_others_nothing(hook, receiver, hand_clock):
    receiver.answers = [(503, {"Retry-After": "60"}, b"deploying")]
    for _ in range(BATCH + 5):
        hook()
    tally = relay(hand_clock)
    assert (tally.retried, tally.postponed, len(receiver.requests)) == (1, BATCH - 1, 1)


@pytest.mark.parametrize(
    ("status", "state"),
    [(204, State.DELIVERED), (302, State.DEAD), (400, State.DEAD), (404, State.PENDING), (503, State.PENDING)],
)
def test_an_answer_has_its_meaning(status, state, hook, receiver, hand_clock):
    receiver.answers = [(status, {"Location": f"http://127.0.0.1:{receiver.port}/other"}, b"")]
    message = hook()
    relay(hand_clock)
    message.refresh_from_db()
    assert (message.state, len(receiver.requests)) == (state, 1)


def test_a_receiver_that_is_gone_is_switched_off(hook, receiver, endpoint, hand_clock):
    receiver.answers = [(410, {}, b"")]
    hook()
    relay(hand_clock)
    endpoint.refresh_from_db()
    assert (endpoint.is_active, endpoint.disabled_because) == (False, "The receiver answered 410 Gone.")


def test_a_long_answer_is_read_only_in_part(hook, receiver, hand_clock):
    receiver.answers = [(500, {}, b"x" * 1_000_000)]
    message = hook()
    relay(hand_clock)
    assert len(message.log.get().detail) == 500


def test_nothing_is_sent_unsigned(hook, receiver, endpoint, hand_clock):
    endpoint.secrets.all().delete()
    message = hook()
    relay(hand_clock)
    message.refresh_from_db()
    assert (message.state, receiver.requests) == (State.PENDING, [])


def test_a_receiver_in_the_house_is_refused(hook, receiver, settings, endpoint, hand_clock):
    settings.OUTBOX_WEBHOOK_ALLOW_PRIVATE = False
    endpoint.url = "https://localhost/hooks"
    endpoint.save(update_fields=["url"])
    message = hook()
    relay(hand_clock)
    message.refresh_from_db()
    assert (message.state, receiver.requests) == (State.DEAD, [])
    assert "not on the public internet" in message.last_error


def test_one_private_answer_of_the_name_server_is_enough_to_refuse(monkeypatch):
    answers = [(2, 1, 6, "", ("93.184.216.34", 443)), (2, 1, 6, "", ("10.0.0.1", 443))]
    monkeypatch.setattr(addresses.socket, "getaddrinfo", lambda *_, **__: answers)
    with pytest.raises(AddressRefused):
        connect(Target(True, "rebind.example", 443, "/"), allow_private=False, timeout_seconds=1)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
        "255.255.255.255", "240.0.0.1", "::1", "::", "fe80::1", "fc00::1", "ff02::1", "::ffff:127.0.0.1",
        "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2001:0:a9fe:a9fe::",
    ],
)  # fmt: skip
def test_an_address_in_the_house_is_not_public(address):
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "64:ff9b::5db8:d822"])
def test_an_address_of_the_internet_is_public(address):
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/", "ftp://example.com/", "https://user:pass@example.com/", "https://example.com/#x",
        "https://127.1/", "https://0x7f.0.0.1/", "https://2130706433/", "https://exa mple.com/", "https://example.com\\@x/",
        "https://exämple.com/", "https:///x", "https://example.com:99999/", "https://[::1/", "https://-a.com/",
        "https://example.com/\r\nX: y", "//example.com/", "https:example.com", "https://" + "a" * 600,
    ],
)  # fmt: skip
def test_an_odd_address_is_refused(url):
    with pytest.raises(AddressRefused):
        parse_address(url, allow_private=False)


@pytest.mark.skipif(not URLS.exists(), reason="needs ../shared/data/hostile/urls")
def test_every_address_that_no_browser_accepts_is_refused():
    cases = [case for case in json.loads(URLS.read_text()) if isinstance(case, dict) and case.get("failure")]
    accepted = [case["input"] for case in cases if _is_accepted(case["input"])]
    assert (len(cases) > 200, accepted) == (True, [])


def _is_accepted(url: str) -> bool:
    try:
        parse_address(url, allow_private=True)
    except AddressRefused:
        return False
    return True


def test_a_dead_message_is_sent_again_with_its_history(hook, receiver, hand_clock):
    receiver.answers = [(400, {}, b"no")]
    message = hook()
    relay(hand_clock)
    resend_message(message_id=message.pk, by="ana", reason="receiver was fixed", now=hand_clock())
    relay(hand_clock)
    assert [entry.happening for entry in message.log.order_by("id")] == ["refused", "resent", "delivered"]
    assert message.log.get(happening="resent").by == "ana"


def test_a_delivered_webhook_can_be_delivered_again_and_a_waiting_one_cannot(hook, receiver, hand_clock):
    message = hook()
    with pytest.raises(CannotBeResent):
        resend_message(message_id=message.pk, by="ana", reason="x", now=hand_clock())
    relay(hand_clock)
    resend_message(message_id=message.pk, by="ana", reason="they lost it", now=hand_clock())
    relay(hand_clock)
    assert len(receiver.requests) == 2


def test_sending_again_needs_a_reason(hook, hand_clock):
    with pytest.raises(ReasonMissing):
        resend_message(message_id=hook().pk, by="ana", reason=" ", now=hand_clock())
