"""Receivers that answer badly, slowly, too much or not at all: what becomes of the message, and when."""

import gzip
import socket
import ssl
import time

import pytest

from smplat.outbox.actions.rotate_webhook_secret import rotate_webhook_secret
from smplat.outbox.channels import addresses, http_post
from smplat.outbox.choices import State
from smplat.outbox.models import Message, WebhookEndpoint
from smplat.outbox.relay import relay_channel
from tests.smplat.outbox.rude_web_receiver import CERTIFICATE, running_rude_receiver
from tests.smplat.outbox.test_outbox_webhook import endpoint, hook, receiver, secret  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"
BOMB = gzip.compress(b"0" * 10_000_000)


@pytest.fixture
def post(write, settings, hand_clock):
    """Relay two messages to a receiver that answers so."""
    settings.OUTBOX_WEBHOOK_ALLOW_PRIVATE = True

    def _post(*parts, is_tls=False, **habits):
        with running_rude_receiver(*parts, is_tls=is_tls, **habits) as rude:
            url = f"http{'s' if is_tls else ''}://127.0.0.1:{rude.port}/"
            place = WebhookEndpoint.objects.create(name="rude", url=url, topics=[])
            rotate_webhook_secret(endpoint_id=place.pk, now=hand_clock())
            messages = [write("test.kept", channel="webhook", recipient=str(place.pk)) for _ in range(2)]
            tally = relay_channel("webhook", clock=hand_clock, until=hand_clock.later)
        for message in messages:
            message.refresh_from_db()
        return tally, messages

    return _post


def is_held_up(tally):
    return (tally.retried, tally.postponed, tally.dead) == (1, 1, 0)


@pytest.mark.parametrize(
    "parts",
    [
        (OK + b"\r\n",),
        (OK + b"Content-Length: 1000\r\n\r\nshort",),
        (OK + b"Content-Length: -5\r\n\r\nhm",),
        (OK + b"Content-Length: soon\r\n\r\nhm",),
        (OK + CHUNKED + b"zz\r\nno size\r\n",),
        (OK + CHUNKED + b"5\r\nhel",),
        (OK + b"Content-Encoding: gzip\r\n\r\n" + BOMB,),
        (OK + b"\r\n", *[b"x" * 65_536] * 100),
        (b"HTTP/1.1 100 Continue\r\n\r\n", OK + b"Content-Length: 2\r\n\r\nok"),
        (b"HTTP/1.1 204 No Content\r\nContent-Length: 9\r\n\r\n",),
    ],
    ids=[
        "no body", "shorter than it says", "negative length", "length in words", "no chunk size", "broken chunk",
        "bomb", "endless", "continue first", "no content with a length",
    ],
)  # fmt: skip
def test_what_was_accepted_is_delivered_however_badly_its_body_is_framed(parts, post):
    tally, _ = post(*parts)
    assert (tally.delivered, tally.retried) == (2, 0)


def test_a_body_that_never_comes_takes_no_acceptance_back(post, monkeypatch):
    monkeypatch.setattr(http_post, "TOTAL_SECONDS", 0.3)
    tally, _ = post(OK + b"Content-Length: 5\r\n\r\n", stays_open=True)
    assert tally.delivered == 2


@pytest.mark.parametrize(
    "parts",
    [
        (b"",),
        (b"220 mail.example ESMTP\r\n",),
        (b"HTTP/1.1 2000 OK\r\n\r\n",),
        (OK + b"X: " + b"y" * 70_000 + b"\r\n\r\n",),
        (OK + b"X: y\r\n" * 200 + b"\r\n",),
        (b"HTTP/1.1 429 Too Many Requests\r\n\r\n",),
        (b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: soon\r\n\r\n",),
        (b"HTTP/1.1 429 Too Many Requests\r\nRetry-After: -1\r\n\r\n",),
        (b"HTTP/1.1 502 Bad Gateway\r\n\r\n",),
        (b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: Mon, 04 May 2026 12:01:30 GMT\r\n\r\n",),
        (b"HTTP/1.1 504 Gateway Timeout\r\n\r\n",),
    ],
)
def test_an_endpoint_that_takes_nothing_now_costs_one_attempt(parts, post):
    tally, (first, second) = post(*parts)
    assert is_held_up(tally)
    assert (first.state, second.state, second.attempts) == (State.PENDING, State.PENDING, 0)


@pytest.mark.parametrize("status", [b"103 Early Hints", b"500 Internal Server Error", b"404 Not Found", b"999 Odd"])
def test_an_answer_that_may_be_about_one_message_is_tried_again_and_holds_up_no_other(status, post):
    tally, _ = post(b"HTTP/1.1 " + status + b"\r\nContent-Length: 0\r\n\r\n")
    assert (tally.retried, tally.postponed) == (2, 0)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"503 X\r\n\r\n<html><body><h1>Sorry</h1>\n<p>Back\x1b soon", "503 Service Unavailable Sorry Back soon"),
        (b"500 X\r\nContent-Encoding: gzip\r\n\r\n" + BOMB, "500 Internal Server Error (not a text)"),
        (b"400 X\r\n\r\nname is missing", "400 Bad Request name is missing"),
        (b"302 X\r\nLocation: https://127.0.0.1/\r\n\r\n", "302 Redirects are not followed; enter the new address."),
    ],
)
def test_the_console_says_what_was_answered_in_words(answer, words, post):
    _, (first, _) = post(b"HTTP/1.1 " + answer)
    assert first.last_error == words


@pytest.mark.parametrize("is_tls", [False, True])
def test_a_receiver_that_drips_is_cut_off(is_tls, post, monkeypatch):
    """Byte by byte, so that no single read waits for long; it would be accepted in the end."""
    context = ssl.create_default_context(cafile=CERTIFICATE)
    monkeypatch.setattr(http_post.ssl, "create_default_context", lambda: context)
    monkeypatch.setattr(http_post, "TOTAL_SECONDS", 0.5)
    tally, _ = post(b"HTTP/1.1", *[b" "] * 40, b"200 OK\r\n\r\n", every=0.1, is_tls=is_tls)
    assert is_held_up(tally)


def test_a_certificate_that_nobody_vouches_for_is_told(post):
    tally, (first, _) = post(OK, is_tls=True)
    assert is_held_up(tally)
    assert "CERTIFICATE_VERIFY_FAILED" in first.last_error


def test_all_addresses_of_a_host_together_have_the_time_of_one(monkeypatch):
    """A name server may name thousands where nobody answers."""
    tried = []

    class Silent(socket.socket):
        def connect(self, address):
            tried.append(address)
            time.sleep(0.02)
            raise TimeoutError

    monkeypatch.setattr(addresses.socket, "socket", Silent)
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", 443))] * 500
    monkeypatch.setattr(addresses.socket, "getaddrinfo", lambda *_, **__: found)
    with pytest.raises(TimeoutError):
        addresses.connect(addresses.Target(True, "many.example", 443, "/"), allow_private=False, timeout_seconds=0.1)
    assert 1 <= len(tried) < 50


def test_a_name_that_becomes_private_after_the_check_is_not_asked_again(monkeypatch):
    """The address connected to is the very one that was checked."""
    answers = iter(["93.184.216.34", "127.0.0.1"])
    connected = []

    class Watched(socket.socket):
        def connect(self, address):
            connected.append(address)

    monkeypatch.setattr(addresses.socket, "socket", Watched)
    monkeypatch.setattr(
        addresses.socket,
        "getaddrinfo",
        lambda *_, **__: [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (next(answers), 443))],
    )
    target = addresses.Target(True, "rebind.example", 443, "/")
    addresses.connect(target, allow_private=False, timeout_seconds=1).close()
    assert connected == [("93.184.216.34", 443)]


@pytest.mark.parametrize("mistake", ["gone", "by hand"])
def test_what_waits_for_an_endpoint_that_is_switched_off_is_suppressed(mistake, hook, receiver, endpoint, hand_clock):  # noqa: F811
    messages = [hook() for _ in range(3)]
    if mistake == "gone":
        receiver.answers = [(410, {}, b"")]
    else:
        WebhookEndpoint.objects.update(is_active=False)
    relay_channel("webhook", clock=hand_clock, until=hand_clock.later)
    hand_clock.forward(minutes=1)
    relay_channel("webhook", clock=hand_clock, until=hand_clock.later)
    states = list(Message.objects.order_by("id").values_list("state", "suppressed_because"))
    off = (State.SUPPRESSED, "endpoint-off")
    assert states == ([(State.DEAD, ""), off, off] if mistake == "gone" else [off] * len(messages))
    assert len(receiver.requests) == (mistake == "gone")
