"""Messages are written with their cause, once, and wake the relay after the commit."""

from uuid import UUID

import pytest
from django.db import connection
from kombu.exceptions import OperationalError

from smplat.db import NoTransaction, rehearsal, transaction
from smplat.outbox import nudge, tasks
from smplat.outbox.choices import Channel
from smplat.outbox.enqueue import (
    ChannelNotDeclared,
    ConsentUnknown,
    Draft,
    PayloadTooLarge,
    enqueue,
    enqueue_all,
    publish,
)
from smplat.outbox.models import Message, WebhookEndpoint
from smplat.outbox.topics import UnknownTopic
from tests.smplat.outbox.conftest import ANA, HERE

pytestmark = pytest.mark.django_db(transaction=True)


def draft(**parts: object) -> Draft:
    defaults = {"topic": "test.kept", "channel": "event", "recipient": f"{HERE}.keep", "payload": {}, "dedupe_key": "a"}
    return Draft(**{**defaults, **parts})


@pytest.fixture
def nudged(monkeypatch) -> list[str]:
    """Channels whose relay was woken."""
    woken: list[str] = []
    for channel in Channel.values:
        nudge.has_arrived(channel)
    monkeypatch.setattr(nudge.app, "send_task", lambda name, args, **_: woken.append(f"{name} {args[0]}"))
    return woken


def test_a_message_needs_the_transaction_of_its_cause(hand_clock):
    with pytest.raises(NoTransaction):
        enqueue(draft(), now=hand_clock())


def test_the_same_cause_writes_one_message_and_answers_it_again(hand_clock):
    with transaction():
        first = enqueue(draft(payload={"n": 1}), now=hand_clock())
    with transaction():
        second = enqueue(draft(payload={"n": 2}), now=hand_clock())
    assert (first.is_new, second.is_new, second.message_id) == (True, False, first.message_id)
    assert Message.objects.get().payload == {"n": 1}


def test_the_same_cause_twice_in_one_call_writes_one_message(hand_clock):
    with transaction():
        written = enqueue_all([draft(), draft()], now=hand_clock())
    assert [entry.is_new for entry in written] == [True, False]


@pytest.mark.django_db(transaction=True)
def test_an_import_writes_its_messages_without_waking_anybody(hand_clock, nudged):
    with nudge.quietly(), transaction():
        enqueue(draft(dedupe_key="one"), now=hand_clock())
    assert (Message.objects.count(), nudged) == (1, [])
    with transaction():
        enqueue(draft(dedupe_key="two"), now=hand_clock())
    assert len(nudged) == 1


def test_a_rolled_back_cause_leaves_no_message_and_wakes_nobody(hand_clock, nudged):
    with pytest.raises(UnknownTopic), transaction():
        enqueue_all_then_fail(hand_clock)
    assert (Message.objects.count(), nudged) == (0, [])


def enqueue_all_then_fail(hand_clock) -> None:
    enqueue(draft(), now=hand_clock())
    enqueue(draft(topic="test.unheard"), now=hand_clock())


def test_a_rehearsed_cause_leaves_no_message_and_wakes_nobody(hand_clock, nudged):
    with rehearsal(), transaction():
        enqueue(draft(), now=hand_clock())
    assert (Message.objects.count(), nudged) == (0, [])


def test_many_messages_in_one_transaction_wake_each_relay_once(hand_clock, nudged):
    mail = draft(topic="test.mail", channel="email", recipient="a@example.com", recipient_id=ANA)
    with transaction():
        enqueue(draft(dedupe_key="1"), now=hand_clock())
        enqueue(draft(dedupe_key="2"), now=hand_clock())
        enqueue(mail, now=hand_clock())
    assert nudged == ["outbox.relay event", "outbox.relay email"]


def test_a_burst_wakes_a_relay_once_until_it_begins(hand_clock, nudged):
    for key in "ab":
        with transaction():
            enqueue(draft(dedupe_key=key), now=hand_clock())
    assert nudged == ["outbox.relay event"]
    tasks.relay("event")
    with transaction():
        enqueue(draft(dedupe_key="c"), now=hand_clock())
    assert nudged == ["outbox.relay event"] * 2


def test_a_relay_takes_what_is_committed_while_its_wake_up_is_on_its_way(hand_clock, nudged):
    """It forgets the wake-up before it looks: the other way round it might miss what came in between."""
    with transaction():
        enqueue(draft(), now=hand_clock())
    looked = []

    def look(*_args, **_parts):
        looked.append(nudge._is_the_first("event"))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tasks, "relay_channel", look)
        tasks.relay("event")
    assert looked == [True]


def test_a_wake_up_that_got_lost_stands_in_the_way_no_longer_than_its_task_lives(hand_clock, nudged):
    with transaction():
        enqueue(draft(), now=hand_clock())
    assert 0 < nudge._flags().ttl(nudge._flag_of("event")) <= nudge.STALE_AFTER_SECONDS


def test_the_sweep_wakes_a_relay_although_another_wake_up_is_on_its_way(hand_clock, nudged):
    with transaction():
        enqueue(draft(), now=hand_clock())
    tasks.sweep()
    assert nudged == ["outbox.relay event"] * 2


def test_a_message_for_later_wakes_nobody(hand_clock, nudged):
    now = hand_clock()
    with transaction():
        enqueue(draft(due_at=hand_clock.forward(hours=1)), now=now)
    assert nudged == []


def test_a_broker_that_is_away_costs_the_caller_nothing(hand_clock, monkeypatch, caplog):
    def refuse(*_args: object, **_kwargs: object) -> None:
        raise OperationalError("no broker")

    nudge.has_arrived("event")
    monkeypatch.setattr(nudge._broker, "asks_again_at", float("-inf"))
    monkeypatch.setattr(nudge.app, "send_task", refuse)
    for key in "ab":
        with transaction():
            enqueue(draft(dedupe_key=key), now=hand_clock())
    assert Message.objects.count() == 2
    # The second did not try.
    assert caplog.text.count("OperationalError: no broker") == 1


@pytest.mark.parametrize(
    ("parts", "error"),
    [
        ({"topic": "test.unheard"}, UnknownTopic),
        ({"channel": "slack"}, ChannelNotDeclared),
        ({"topic": "test.mail", "channel": "email"}, ConsentUnknown),
        ({"payload": {"text": "x" * 70_000}}, PayloadTooLarge),
    ],
)
def test_a_draft_that_cannot_be_right_is_refused(parts, error, hand_clock):
    with pytest.raises(error), transaction():
        enqueue(draft(**parts), now=hand_clock())
    assert Message.objects.count() == 0


def test_publishing_writes_a_message_for_each_handler_and_each_active_endpoint(hand_clock):
    now = hand_clock()
    on = WebhookEndpoint.objects.create(name="on", url="https://a.example", topics=["test.kept"], created_at=now)
    WebhookEndpoint.objects.create(
        name="off", url="https://b.example", topics=["test.kept"], is_active=False, created_at=now
    )
    WebhookEndpoint.objects.create(name="else", url="https://c.example", topics=["outbox.test"], created_at=now)
    with transaction():
        publish(topic="test.kept", payload={"name": "x"}, dedupe_key="order-1", now=now)
    found = Message.objects.order_by("channel").values_list("channel", "recipient")
    assert list(found) == [("event", f"{HERE}.keep"), ("webhook", str(on.pk))]


def test_a_message_id_sorts_by_time(hand_clock):
    with transaction():
        ids = [enqueue(draft(dedupe_key=str(n)), now=hand_clock()).message_id for n in range(3)]
    assert ids == sorted(ids, key=UUID.__str__)
    assert ids[0].version == 7


def test_two_transactions_with_the_same_keys_in_opposite_order_do_not_deadlock(hand_clock):
    """The second waits for the first instead of each for the other: keys are inserted in one order."""
    with transaction():
        enqueue_all([draft(dedupe_key="b"), draft(dedupe_key="a")], now=hand_clock())
        with connection.cursor() as cursor:
            cursor.execute("SELECT dedupe_key FROM outbox_message ORDER BY ctid")
            assert [key for (key,) in cursor.fetchall()] == ["a", "b"]
