"""What a mail server does, step by step, and what becomes of the message and of the others behind it."""

import pytest

from smplat.outbox.channels import smtp
from smplat.outbox.choices import State
from smplat.outbox.relay import relay_channel
from tests.smplat.outbox.conftest import ANA
from tests.smplat.outbox.rude_mail_server import HANG_UP, POLITE, running_rude_server
from tests.smplat.outbox.test_outbox_email import configure

pytestmark = pytest.mark.django_db

RELAY_DENIED = b"554 5.7.1 <ana@example.com>: Relay access denied\r\n"
ENDLESS_LINE = b"2" * 9_000 + b"\r\n"
ENDLESS_ANSWER = b"250-more\r\n" * 10_000
NONSENSE = (b"garbage\r\n", b"-55 x\r\n", b"\xff\xfe\r\n", ENDLESS_LINE)


@pytest.fixture
def send(write, settings, hand_clock):
    """Relay emails to these people through a server with these answers."""

    def _send(answers, *, to=("ana@example.com", "bob@example.com")):
        with running_rude_server(answers) as server:
            configure(settings, server.port)
            messages = [
                write("test.mail", channel="email", recipient=recipient, recipient_id=ANA, payload={"note": "hi"})
                for recipient in to
            ]
            tally = relay_channel("email", clock=hand_clock, until=hand_clock.later)
        for message in messages:
            message.refresh_from_db()
        return server, tally, messages

    return _send


def held_up(tally):
    """One was tried, the other put back as it was."""
    return (tally.retried, tally.postponed, tally.dead) == (1, 1, 0)


@pytest.mark.parametrize("answer", [b"421 4.3.2 closing\r\n", b"554 5.7.1 blocked\r\n", HANG_UP, *NONSENSE])
@pytest.mark.parametrize("step", ["connect", "EHLO"])
def test_a_server_that_wants_nobody_costs_one_attempt(step, answer, send):
    _, tally, (first, _) = send({step: answer, "HELO": answer})
    assert held_up(tally)
    assert first.last_error.startswith("The mail server cannot be used: ")


@pytest.mark.parametrize(
    "answer",
    [
        b"421 4.7.0 too many connections\r\n",
        b"451 4.3.0 queue file write error\r\n",
        b"550 5.7.1 Sender not allowed\r\n",
        b"553 5.1.8 sender domain not found\r\n",
        HANG_UP,
        *NONSENSE,
    ],
)
def test_a_server_that_refuses_our_sender_costs_one_attempt(answer, send):
    _, tally, _ = send({"MAIL": answer})
    assert held_up(tally)


@pytest.mark.parametrize(
    ("step", "answer", "state"),
    [
        ("MAIL", b"552 5.3.4 Message size exceeds fixed limit\r\n", State.DEAD),
        ("RCPT", b"450 4.2.0 Recipient address rejected: Greylisted\r\n", State.PENDING),
        ("RCPT", b"452 4.2.2 mailbox full\r\n", State.PENDING),
        ("RCPT", b"503 5.5.1 Error: need MAIL command\r\n", State.PENDING),
        ("RCPT", b"550 5.1.1 User unknown\r\n", State.DEAD),
        ("RCPT", b"550 5.7.1 Recipient address rejected: Access denied\r\n", State.DEAD),
        ("RCPT", b"553 5.1.3 bad address\r\n", State.DEAD),
        ("RCPT", b"550-5.1.1 The account does not exist.\r\n550 5.1.1 Check for typos.\r\n", State.DEAD),
        ("RCPT", HANG_UP, State.PENDING),
        ("DATA", b"451 4.3.0 try later\r\n", State.PENDING),
        ("DATA", b"554 5.5.1 no valid recipients\r\n", State.DEAD),
        ("DATA", HANG_UP, State.PENDING),
        ("text", b"451 4.7.1 scanner is down\r\n", State.PENDING),
        ("text", b"554 5.7.1 looks like spam\r\n", State.DEAD),
        ("text", HANG_UP, State.PENDING),
    ],
)
def test_what_is_about_one_message_holds_up_no_other(step, answer, state, send):
    answers = iter([answer])
    _, tally, (first, second) = send({step: lambda *_: next(answers, POLITE[step])})
    assert (first.state, second.state) == (state, State.DELIVERED)
    assert tally.postponed == 0


@pytest.mark.parametrize(
    ("step", "answer"),
    [
        ("RCPT", RELAY_DENIED),
        ("RCPT", b"550 5.7.54 SMTP; Unable to relay recipient in non-accepted domain\r\n"),
        ("RCPT", b"530 5.7.0 Must issue a STARTTLS command first\r\n"),
        ("RCPT", b"530 5.7.1 Client was not authenticated\r\n"),
        ("RCPT", b"504 5.5.2 <box>: Helo command rejected: need fully-qualified hostname\r\n"),
        ("RCPT", b"554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.example\r\n"),
        ("RCPT", b"553 5.7.1 <hello@shop.example>: Sender address rejected: not owned by user\r\n"),
        ("RCPT", b"421 4.4.2 timeout\r\n"),
        ("DATA", b"421 4.3.2 shutting down\r\n"),
        ("text", b"550 5.7.26 Unauthenticated email is not accepted due to the domain's DMARC policy\r\n"),
        ("text", b"550 5.4.5 Daily user sending quota exceeded\r\n"),
        ("text", b"554 Message rejected: Email address is not verified.\r\n"),
        *((step, answer) for step in ("RCPT", "DATA", "text") for answer in NONSENSE),
    ],
)
def test_what_every_message_would_meet_makes_no_dead_letters(step, answer, send):
    _, tally, (first, second) = send({step: answer})
    assert held_up(tally)
    assert (first.state, second.state, second.attempts) == (State.PENDING, State.PENDING, 0)


def test_a_server_that_does_not_relay_for_us_is_told_as_our_fault_and_without_the_address(send):
    _, _, (first, _) = send({"RCPT": RELAY_DENIED})
    assert first.last_error == (
        "The mail server refuses us, not this recipient; check the SMTP settings:"
        " 554 5.7.1 <[address]>: Relay access denied"
    )
    assert first.log.get().response_status == 554


def test_an_email_that_may_have_arrived_says_so(send):
    server, _, (first,) = send({"text": HANG_UP}, to=["ana@example.com"])
    assert server.accepted == []
    assert (
        first.last_error
        == "The mail server has the whole email and did not confirm it: it hung up. It may arrive twice."
    )


@pytest.mark.parametrize("step", ["RCPT", "DATA", "text"])
def test_a_server_that_answers_without_end_costs_one_attempt(step, send, monkeypatch):
    monkeypatch.setattr(smtp, "TOTAL_SECONDS", 5.0)
    _, tally, (first, _) = send({step: ENDLESS_ANSWER})
    assert held_up(tally)
    assert "it takes too long to answer" in first.last_error


@pytest.mark.parametrize("over", [b"421 4.7.0 Too many messages in this session\r\n", HANG_UP])
def test_a_server_that_takes_two_emails_a_connection_gets_the_third_over_the_next_one(over, send):
    def take_two(server, _):
        return POLITE["MAIL"] if len(server.accepted) < 2 * server.connections else over

    server, tally, _ = send({"MAIL": take_two}, to=[f"{number}@example.com" for number in range(5)])
    assert (tally.delivered, tally.retried, server.connections) == (5, 0, 3)


def test_a_refused_recipient_between_two_others_loses_neither(send):
    def refuse_bob(_, line):
        return b"550 5.1.1 unknown\r\n" if b"bob@" in line else POLITE["RCPT"]

    people = ["ana@example.com", "bob@example.com", "eve@example.com"]
    server, tally, messages = send({"RCPT": refuse_bob}, to=people)
    assert [message.state for message in messages] == [State.DELIVERED, State.DEAD, State.DELIVERED]
    assert (len(server.accepted), tally.postponed) == (2, 0)
