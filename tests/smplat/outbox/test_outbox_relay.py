"""Claim, deliver, record: exactly one owner at a time, attempts counted first, endings written once."""

from datetime import timedelta
from threading import Thread

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from smplat.ids import new_id
from smplat.operations import switches
from smplat.operations.models import SwitchState
from smplat.outbox import switching
from smplat.outbox.actions.claim_messages import claim_messages
from smplat.outbox.actions.record_and_begin import record_and_begin
from smplat.outbox.actions.return_expired_leases import return_expired_leases
from smplat.outbox.carrier import Receipt
from smplat.outbox.channels.event import EventCarrier
from smplat.outbox.choices import State
from smplat.outbox.models import DeliveryLogEntry, Message
from smplat.outbox.relay import relay_channel
from smplat.outbox.rules import RETRY_POLICIES
from smplat.outbox.settle import end_delivered
from tests.faults.processes import eventually
from tests.smplat.outbox.conftest import HERE
from tests.smplat.outbox.received import names

pytestmark = pytest.mark.django_db(transaction=True)


def relay(hand_clock):
    return relay_channel("event", clock=hand_clock, until=hand_clock.later)


def begin(*messages, hand_clock):
    return record_and_begin(ended=[], parcel=messages, now=hand_clock()).begun


def log_of(message):
    return list(message.log.order_by("id").values_list("happening", "attempt"))


def test_a_handler_runs_and_its_message_is_delivered(write, hand_clock):
    message = write("test.kept", payload={"name": "ana"})
    tally = relay(hand_clock)
    message.refresh_from_db()
    assert (names(), tally.delivered, message.state, message.attempts) == (["ana"], 1, State.DELIVERED, 1)
    assert log_of(message) == [("delivered", 1)]


def test_a_failing_handler_leaves_nothing_and_is_tried_later(write, hand_clock):
    message = write("test.failed", recipient=f"{HERE}.keep_and_fail")
    relay(hand_clock)
    message.refresh_from_db()
    assert (names(), message.state, message.attempts, message.delivered_at) == ([], State.PENDING, 1, None)
    assert message.last_error == "RuntimeError: no luck with [address]"
    assert message.due_at <= hand_clock() + RETRY_POLICIES["event"].first
    assert log_of(message) == [("failed", 1)]


def test_a_refused_message_is_dead_at_once(write, hand_clock):
    message = write("test.refused", recipient=f"{HERE}.refuse")
    tally = relay(hand_clock)
    message.refresh_from_db()
    assert (tally.dead, message.state, message.last_error) == (1, State.DEAD, "this order does not exist")


def test_a_handler_that_is_no_longer_subscribed_is_not_called(write, hand_clock):
    message = write("test.kept", recipient="os.getcwd")
    relay(hand_clock)
    message.refresh_from_db()
    assert (message.state, message.last_error) == (State.DEAD, "os.getcwd is not subscribed to test.kept.")


def test_a_message_that_always_fails_ends_as_a_dead_letter(write, hand_clock):
    message = write("test.failed", recipient=f"{HERE}.keep_and_fail")
    for _ in range(RETRY_POLICIES["event"].max_attempts):
        relay(hand_clock)
        hand_clock.forward(hours=1)
    message.refresh_from_db()
    assert (message.state, message.attempts) == (State.DEAD, RETRY_POLICIES["event"].max_attempts)
    assert relay(hand_clock).dead == 0


def test_a_message_is_not_sent_before_it_is_due(write, hand_clock):
    write("test.kept", due_at=hand_clock() + timedelta(minutes=5))
    assert relay(hand_clock).delivered == 0
    hand_clock.forward(minutes=5)
    assert relay(hand_clock).delivered == 1


def test_a_second_claim_gets_nothing_while_the_first_holds_the_lease(write, hand_clock):
    write("test.kept")
    first = claim_messages(channel="event", is_configured=True, limit=10, now=hand_clock())
    second = claim_messages(channel="event", is_configured=True, limit=10, now=hand_clock())
    assert (len(first.messages), len(second.messages)) == (1, 0)


def test_a_worker_whose_lease_ran_out_may_not_overwrite_its_successor(write, hand_clock):
    write("test.kept")
    (slow,) = claim_messages(channel="event", is_configured=True, limit=1, now=hand_clock()).messages
    begin(slow, hand_clock=hand_clock)
    hand_clock.forward(hours=1)
    return_expired_leases(channel="event", now=hand_clock())
    ended = end_delivered(slow, Receipt(), now=hand_clock())
    assert record_and_begin(ended=[ended], parcel=[], now=hand_clock()).recorded == []
    slow.refresh_from_db()
    assert (slow.state, log_of(slow)) == (State.PENDING, [("lost", 1)])


def test_a_worker_whose_lease_ran_out_does_not_begin(write, hand_clock):
    write("test.kept")
    claimed = claim_messages(channel="event", is_configured=True, limit=1, now=hand_clock()).messages
    return_expired_leases(channel="event", now=hand_clock.forward(hours=1))
    assert begin(*claimed, hand_clock=hand_clock) == []
    assert Message.objects.get().attempts == 0


def test_a_delivery_costs_one_commit(write, hand_clock):
    """The begin of one and the record of the one before share it: each email waits once for the disk."""
    for _ in range(3):
        write("test.kept")
    claimed = claim_messages(channel="event", is_configured=True, limit=3, now=hand_clock()).messages
    ended = []
    with CaptureQueriesContext(connection) as queries:
        for message in claimed:
            record_and_begin(ended=ended, parcel=[message], now=hand_clock())
            ended = [end_delivered(message, Receipt(), now=hand_clock())]
        record_and_begin(ended=ended, parcel=[], now=hand_clock())
    assert [query["sql"] for query in queries].count("COMMIT") == len(claimed) + 1
    assert set(Message.objects.values_list("state", "attempts")) == {("delivered", 1)}


def test_the_next_message_begins_although_the_lease_of_the_one_before_is_lost(write, hand_clock):
    write("test.kept")
    write("test.kept")
    slow, next_one = claim_messages(channel="event", is_configured=True, limit=2, now=hand_clock()).messages
    begin(slow, hand_clock=hand_clock)
    Message.objects.filter(pk=slow.pk).update(lease_id=new_id())
    ended = end_delivered(slow, Receipt(), now=hand_clock())
    turn = record_and_begin(ended=[ended], parcel=[next_one], now=hand_clock())
    assert (turn.recorded, turn.begun) == ([], [next_one])
    assert (log_of(slow), Message.objects.get(pk=slow.pk).state) == ([], State.LEASED)


def test_a_turn_locks_messages_in_the_order_of_an_erasure(write, hand_clock):
    """Whoever waits for the first of two holds none of them, so the other side cannot wait for it in turn."""
    write("test.kept")
    write("test.kept")
    claimed = claim_messages(channel="event", is_configured=True, limit=2, now=hand_clock()).messages
    first, second = sorted(claimed, key=lambda message: message.pk)
    begin(second, hand_clock=hand_clock)
    # Written last, in an indexed column, it is what a scan of the table meets last.
    Message.objects.filter(pk=first.pk).update(lease_until=hand_clock.later)
    ended = end_delivered(second, Receipt(), now=hand_clock())
    others = connections.create_connection("default")
    watcher = connections.create_connection("default")
    turn = Thread(target=turn_and_close, args=([ended], [first], hand_clock()))
    try:
        others.set_autocommit(False)
        lock(others, first)
        turn.start()
        assert eventually(lambda: is_waiting(watcher))
        lock(others, second, how="NOWAIT")
    finally:
        others.close()
        watcher.close()
        turn.join()
    assert Message.objects.get(pk=second.pk).state == State.DELIVERED


def turn_and_close(ended, parcel, now):
    record_and_begin(ended=ended, parcel=parcel, now=now)
    connection.close()


def lock(database, message, how=""):
    with database.cursor() as cursor:
        cursor.execute(f"SELECT FROM outbox_message WHERE id = %s FOR UPDATE {how}", [message.pk])


def is_waiting(watcher):
    """Whether a statement of this database waits for a row that somebody else holds."""
    with watcher.cursor() as cursor:
        cursor.execute(
            "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
            " AND query LIKE '%outbox_message%'"
        )
        return cursor.fetchone() is not None


def test_a_batch_whose_worker_died_before_the_first_delivery_is_as_good_as_new(write, hand_clock):
    message = write("test.kept")
    claim_messages(channel="event", is_configured=True, limit=1, now=hand_clock())
    returned = return_expired_leases(channel="event", now=hand_clock.forward(hours=1))
    message.refresh_from_db()
    assert (returned.untouched, message.state, message.attempts, log_of(message)) == (1, State.PENDING, 0, [])


def test_a_message_that_kills_its_worker_every_time_ends_as_a_dead_letter(write, hand_clock):
    message = write("test.kept")
    for _ in range(RETRY_POLICIES["event"].max_attempts):
        claimed = claim_messages(channel="event", is_configured=True, limit=1, now=hand_clock()).messages
        begin(*claimed, hand_clock=hand_clock)
        return_expired_leases(channel="event", now=hand_clock.forward(hours=1))
        hand_clock.forward(hours=1)
    message.refresh_from_db()
    assert (message.state, message.attempts) == (State.DEAD, RETRY_POLICIES["event"].max_attempts)


def test_one_failing_handler_does_not_touch_the_other_handlers_message(write, hand_clock):
    write("test.two", payload={"name": "ana"})
    bad = write("test.two", payload={"name": "bob"}, recipient=f"{HERE}.keep_and_fail")
    relay(hand_clock)
    bad.refresh_from_db()
    assert (names(), bad.state) == (["ana"], State.PENDING)


def test_four_relays_at_once_deliver_every_message_exactly_once(write, hand_clock):
    for number in range(80):
        write("test.kept", payload={"name": f"n{number:02}"})

    def run() -> None:
        relay(hand_clock)
        connection.close()

    workers = [Thread(target=run) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert names() == [f"n{number:02}" for number in range(80)]
    assert DeliveryLogEntry.objects.filter(happening="delivered").count() == 80
    assert set(Message.objects.values_list("state", "attempts")) == {("delivered", 1)}


def test_a_log_entry_cannot_be_changed(write, hand_clock):
    message = write("test.kept")
    relay(hand_clock)
    with pytest.raises(Exception, match="Cannot update"):
        message.log.update(detail="nothing happened")


def test_a_channel_that_is_switched_off_keeps_its_messages_until_it_is_on_again(write, hand_clock):
    write("test.kept")
    flip = SwitchState.objects.create(
        name="outbox.event", is_on=False, reason="test", changed_by="ana", changed_at=hand_clock()
    )
    switches.forget()
    assert (relay(hand_clock).delivered, Message.objects.get().state) == (0, State.PENDING)
    flip.delete()
    switches.forget()
    assert relay(hand_clock).delivered == 1


def test_a_channel_switched_off_in_the_middle_of_a_batch_keeps_the_rest(write, hand_clock, monkeypatch):
    for _ in range(3):
        write("test.kept")
    answers = iter([True, True, False])
    monkeypatch.setattr(switching, "is_on", lambda _channel: next(answers, False))
    tally = relay(hand_clock)
    assert (tally.delivered, tally.postponed) == (1, 2)
    assert sorted(Message.objects.values_list("state", "attempts")) == [
        ("delivered", 1),
        ("pending", 0),
        ("pending", 0),
    ]


def test_a_relay_out_of_time_puts_back_what_it_has_not_begun(write, hand_clock, monkeypatch):
    for _ in range(3):
        write("test.kept")
    deliver = EventCarrier.deliver

    def deliver_slowly(carrier, parcel, *, now):
        hand_clock.forward(seconds=40)
        return deliver(carrier, parcel, now=now)

    monkeypatch.setattr(EventCarrier, "deliver", deliver_slowly)
    due_at = hand_clock()
    tally = relay(hand_clock)
    assert (tally.delivered, tally.postponed) == (2, 1)
    assert Message.objects.get(state=State.PENDING).due_at == due_at


@pytest.mark.parametrize("topic", ["test.kept", "test.failed"])
def test_a_relay_that_loses_a_lease_goes_on_with_the_next_message(topic, write, hand_clock, monkeypatch):
    """While the first handler runs, its lease ends and another worker takes the message back."""
    handler = f"{HERE}.keep" if topic == "test.kept" else f"{HERE}.keep_and_fail"
    slow, next_one = write(topic, recipient=handler), write("test.kept")
    deliver = EventCarrier.deliver

    def deliver_slowly(carrier, parcel, *, now):
        if parcel[0].pk == slow.pk:
            Message.objects.filter(pk=slow.pk).update(lease_id=new_id())
        return deliver(carrier, parcel, now=now)

    monkeypatch.setattr(EventCarrier, "deliver", deliver_slowly)
    tally = relay(hand_clock)
    next_one.refresh_from_db()
    assert (tally.lost + tally.retried, next_one.state) == (1, State.DELIVERED)
