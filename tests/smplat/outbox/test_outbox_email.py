"""Email: what leaves, what it says, and what each answer of a mail server means."""

import json
import re
import socket
import time
from contextlib import contextmanager, suppress
from email import message_from_bytes, policy
from pathlib import Path
from threading import Thread

import psycopg
import pytest
from django.conf import settings as live_settings
from django.db import OperationalError, connection

from smplat.outbox.actions.change_preferences import change_preferences
from smplat.outbox.channels import smtp
from smplat.outbox.channels.email import EmailCarrier, compose
from smplat.outbox.choices import Category, ChangeSource, State
from smplat.outbox.models import Message
from smplat.outbox.relay import BATCH, relay_channel
from smplat.outbox.unsubscribe import read_token
from tests.faults.processes import database_url
from tests.smplat.outbox.conftest import ANA
from tests.smplat.outbox.mail_server import free_port, running_mail_server

pytestmark = pytest.mark.django_db

STRINGS = live_settings.BASE_DIR.parent / "shared" / "data" / "hostile" / "strings" / "strings.json"


@pytest.fixture
def mailbox(settings):
    with running_mail_server() as (mailbox, port):
        configure(settings, port)
        yield mailbox


def configure(settings, port):
    settings.EMAIL_BACKEND = "smplat.outbox.channels.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", port, False
    settings.DEFAULT_FROM_EMAIL = "Shop <hello@shop.example>"
    settings.API_BASE_URL = "https://api.shop.example"


@pytest.fixture
def mail(write):
    def _mail(topic="test.mail", **parts):
        defaults = {"channel": "email", "recipient": "ana@example.com", "recipient_id": ANA, "payload": {"note": "hi"}}
        return write(topic, **{**defaults, **parts})

    return _mail


def relay(hand_clock):
    return relay_channel("email", clock=hand_clock, until=hand_clock.later)


@pytest.mark.django_db(transaction=True)
def test_an_email_whose_record_the_database_broke_off_is_recorded_and_not_sent_again(
    mail, mailbox, hand_clock, monkeypatch
):
    message = mail()
    deliver = EmailCarrier.deliver

    def deliver_and_cut(carrier, parcel, *, now):
        receipt = deliver(carrier, parcel, now=now)
        with psycopg.connect(database_url()) as other:
            other.execute("SELECT pg_terminate_backend(%s, 5000)", [connection.connection.info.backend_pid])
        return receipt

    monkeypatch.setattr(EmailCarrier, "deliver", deliver_and_cut)
    with pytest.raises(OperationalError):
        relay(hand_clock)
    message.refresh_from_db()
    assert (message.state, message.log.get().happening) == (State.DELIVERED, "delivered")
    hand_clock.forward(hours=1)
    assert (relay(hand_clock).delivered, len(mailbox.mails)) == (0, 1)


def test_an_email_arrives_once_with_text_html_and_the_message_id_of_its_row(mail, mailbox, hand_clock):
    message = mail()
    relay(hand_clock)
    relay(hand_clock)
    (received,) = mailbox.mails
    assert received["Message-ID"] == f"<{message.pk}@shop.example>"
    assert [part.get_content_type() for part in received.iter_parts()] == ["text/plain", "text/html"]
    assert (received["To"], received["From"]) == ("ana@example.com", "Shop <hello@shop.example>")
    assert received["Subject"] == "Test message from smplat: hi"


def test_all_batches_of_a_run_travel_over_one_connection(mail, mailbox, hand_clock):
    for _ in range(BATCH + 5):
        mail()
    assert relay(hand_clock).delivered == BATCH + 5
    assert len(mailbox.sessions) == 1


def test_headers_stay_on_their_line_unless_they_must_be_encoded(mail):
    written = compose(mail(payload={"note": "Grüße " * 30})).message().as_bytes(linesep="\r\n")
    head = written.partition(b"\r\n\r\n")[0].decode("ascii")
    assert re.search(r"^List-Unsubscribe: <https?://\S+>\r$", head, re.MULTILINE)
    assert re.search(r"^Subject: =\?utf-8\?", head, re.MULTILINE)
    assert {len(line) > 998 for line in head.splitlines()} == {False}
    assert message_from_bytes(written, policy=policy.default)["Subject"].startswith(
        "Test message from smplat: Grüße Grüße"
    )


def test_an_email_carries_one_click_unsubscribe_for_its_recipient_and_category(mail, mailbox, hand_clock):
    mail()
    relay(hand_clock)
    (received,) = mailbox.mails
    assert received["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = re.fullmatch(r"<https://api\.shop\.example/unsubscribe/([^/>]+)>", received["List-Unsubscribe"])
    link = read_token(address[1])
    assert (link.recipient_id, link.category) == (ANA, Category.ORDER_UPDATES)
    assert address[0].strip("<>") in received.get_body(("plain",)).get_content()


def test_an_email_nobody_can_opt_out_of_has_no_unsubscribe(mail, mailbox, hand_clock):
    mail("outbox.test", recipient_id=None)
    relay(hand_clock)
    assert "List-Unsubscribe" not in mailbox.mails[0]
    assert "unsubscribe" not in mailbox.mails[0].get_body(("plain",)).get_content()


def test_an_opt_out_between_writing_and_claim_holds(mail, mailbox, hand_clock):
    message = mail()
    change_preferences(
        recipient_id=ANA, wants={Category.ORDER_UPDATES: False}, source=ChangeSource.LINK, now=hand_clock()
    )
    assert relay(hand_clock).suppressed == 1
    message.refresh_from_db()
    assert (message.state, message.suppressed_because, message.attempts) == (State.SUPPRESSED, "opted-out", 0)
    assert list(message.log.values_list("happening", "detail")) == [("suppressed", "Recipient opted out")]
    assert mailbox.mails == []


def test_offers_go_only_to_those_who_asked(mail, mailbox, hand_clock):
    mail("test.offer")
    assert relay(hand_clock).suppressed == 1
    change_preferences(
        recipient_id=ANA, wants={Category.MARKETING_MESSAGES: True}, source=ChangeSource.API, now=hand_clock()
    )
    mail("test.offer")
    assert relay(hand_clock).delivered == 1


def test_without_a_mail_server_a_message_is_suppressed_with_that_reason(mail, settings, hand_clock):
    settings.EMAIL_HOST = ""
    message = mail()
    relay(hand_clock)
    message.refresh_from_db()
    assert (message.state, message.suppressed_because) == (State.SUPPRESSED, "channel-not-configured")


@pytest.mark.parametrize(
    "recipient",
    [
        "",
        "nobody",
        "a@example.com, b@example.com",
        "a@example.com\nBcc: b@example.com",
        "a@example.com\r\nSubject: x",
        "Ana <a@example.com>",
    ],
)
def test_a_recipient_that_is_not_one_address_is_refused(recipient, mail, mailbox, hand_clock):
    message = mail(recipient=recipient)
    relay(hand_clock)
    message.refresh_from_db()
    assert (message.state, message.last_error) == (State.DEAD, "The recipient is not an email address.")
    assert mailbox.mails == []


@pytest.mark.parametrize(
    "note", ["x\r\nBcc: evil@example.com", "x\nX-Evil: 1", "x\u2028Bcc: evil@example.com", "\x85Bcc: a@b.c"]
)
def test_a_value_cannot_add_a_header_through_the_subject(note, mail, mailbox, hand_clock):
    mail(payload={"note": note})
    relay(hand_clock)
    (received,) = mailbox.mails
    assert received["Bcc"] is None
    assert received["X-Evil"] is None
    assert mailbox.recipients == [["ana@example.com"]]


def test_values_are_shown_not_run_and_only_html_is_escaped(mail):
    note = "<b>1 & 1</b> {{ base_url }} {% load static %}"
    email = compose(mail(payload={"note": note}))
    html = email.alternatives[0][0]
    assert note in email.body
    assert "&lt;b&gt;1 &amp; 1&lt;/b&gt; {{ base_url }} {% load static %}" in html


@pytest.mark.skipif(not STRINGS.exists(), reason="needs ../shared/data/hostile/strings")
def test_naughty_strings_arrive_as_they_are(mail, mailbox, hand_clock):
    strings = [text for text in json.loads(Path(STRINGS).read_text()) if isinstance(text, str) and text.strip()]
    storable = [text for text in strings if "\x00" not in text and text.isprintable()][:60]
    for text in storable:
        mail(payload={"note": text})
    while relay(hand_clock).delivered:
        continue
    bodies = [mail.get_body(("plain",)).get_content() for mail in mailbox.mails]
    assert len(bodies) == len(storable)
    assert [text for text in storable if not any(text in body for body in bodies)] == []


@pytest.mark.parametrize(
    ("answer", "state"), [("451 4.7.1 greylisted", State.PENDING), ("550 no such user <ana@example.com>", State.DEAD)]
)
def test_an_answer_about_the_recipient_is_temporary_or_final_by_its_code(answer, state, mail, mailbox, hand_clock):
    mailbox.rcpt_answers["ana@example.com"] = answer
    message = mail()
    relay(hand_clock)
    message.refresh_from_db()
    assert message.state == state
    assert "ana@example.com" not in message.last_error
    assert message.log.get().response_status == int(answer[:3])


def test_a_refused_email_does_not_disturb_the_next_one(mail, mailbox, hand_clock):
    mailbox.rcpt_answers["bad@example.com"] = "550 unknown"
    mail(recipient="bad@example.com")
    mail()
    tally = relay(hand_clock)
    assert (tally.dead, tally.delivered) == (1, 1)


def test_an_unreachable_mail_server_costs_one_message_an_attempt_and_the_others_nothing(mail, settings, hand_clock):
    configure(settings, free_port())
    for _ in range(BATCH + 5):
        mail()
    tally = relay(hand_clock)
    assert (tally.retried, tally.postponed) == (1, BATCH - 1)
    assert sorted(Message.objects.values_list("attempts", flat=True)) == [0] * (BATCH + 4) + [1]


@contextmanager
def server_that_says(*, once: bytes, then_for_ever: bytes, every: float):
    """A server that answers each connection so, whatever it is told."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def talk() -> None:
            with suppress(OSError):
                peer, _ = listener.accept()
                with peer:
                    peer.sendall(once)
                    while True:
                        peer.sendall(then_for_ever)
                        time.sleep(every)

        Thread(target=talk, daemon=True).start()
        yield listener.getsockname()[1]


@pytest.mark.parametrize(
    "habit",
    [
        {"once": b"2", "then_for_ever": b"2", "every": 0.01},
        {"once": b"220 hello\r\n250 shop\r\n", "then_for_ever": b"2", "every": 0.01},
        {"once": b"", "then_for_ever": b"220-more\r\n" * 100, "every": 0.0},
    ],
    ids=["drips its greeting", "drips its answer to MAIL", "never ends its greeting"],
)
def test_a_mail_server_that_never_ends_its_answer_fails_the_attempt(habit, mail, settings, hand_clock, monkeypatch):
    monkeypatch.setattr(smtp, "TOTAL_SECONDS", 0.5)
    message = mail()
    with server_that_says(**habit) as port:
        configure(settings, port)
        assert relay(hand_clock).retried == 1
    message.refresh_from_db()
    assert (message.state, message.attempts) == (State.PENDING, 1)
