"""The relay: claim, deliver with no transaction open, record.

A run delivers one message after the other. Recipients that are servers of their own (webhook endpoints, Slack
destinations) have a run each, side by side: one that is slow or down holds up nobody else.
"""

import random
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog
from django.db import InterfaceError, OperationalError, connections

from smplat.db import require_no_transaction, transaction
from smplat.outbox import switching
from smplat.outbox.actions.claim_messages import claim_messages
from smplat.outbox.actions.postpone_messages import postpone_messages
from smplat.outbox.actions.record_and_begin import record_and_begin
from smplat.outbox.actions.return_expired_leases import return_expired_leases
from smplat.outbox.carrier import Carrier, DeliveryFailed, DeliveryRefused, Plan
from smplat.outbox.channels.registry import CARRIERS, open_carrier
from smplat.outbox.choices import State
from smplat.outbox.models import Message
from smplat.outbox.queries import list_due_recipients
from smplat.outbox.rules import RETRY_POLICIES
from smplat.outbox.settle import DELIVERY_LEASE, Ending, LeaseLost, end_delivered, end_failed, settle_or_raise

log = structlog.get_logger(__name__)

Clock = Callable[[], datetime]

# A batch is claimed with one lease, so it must be deliverable within it even when every delivery is slow.
BATCH = 25
# A database that restarts is back within seconds.
RECORD_AGAIN_SECONDS: Final = 1.0
# Runs side by side, each with a database connection of its own.
LANES = 8
# What a worker gives one channel before others have their turn; what is left is taken by the next nudge or sweep.
SLICE = timedelta(seconds=20)


@dataclass
class Tally:
    """What a run did, message by message."""

    delivered: int = 0
    retried: int = 0
    dead: int = 0
    suppressed: int = 0
    postponed: int = 0
    # Messages whose lease another worker holds by now; it reports them.
    lost: int = 0

    def add(self, other: "Tally") -> None:
        """Count in what another run did."""
        for name, count in vars(other).items():
            setattr(self, name, getattr(self, name) + count)

    def __str__(self) -> str:
        return " ".join(f"{name}={count}" for name, count in vars(self).items())


@dataclass
class _Run:
    """One opened carrier with what it met so far."""

    channel: str
    # Whose messages; None means everybody's.
    recipient: str | None
    carrier: Carrier
    clock: Clock
    until: datetime
    tally: Tally
    # The server, destination or endpoint itself failed: nothing more is tried before.
    blocked_until: datetime | None = None
    blocked_because: str = ""

    def is_over(self) -> bool:
        """Nothing more may leave in this run: out of time, blocked or switched off."""
        return self.clock() >= self.until or self.blocked_until is not None or not switching.is_on(self.channel)


def relay_channel(channel: str, *, clock: Clock, until: datetime) -> Tally:
    """Deliver what is due on one channel until nothing is, or until `until` has passed.

    Safe to run any number of times at once and to kill at any line: what can repeat is the one delivery of a run whose
    outcome was not recorded, with the same ids. Must be called outside a transaction.
    """
    now = clock()
    returned = return_expired_leases(channel=channel, now=now)
    tally = Tally(retried=returned.retried, dead=returned.dead)

    def relay(recipient: str | None) -> Tally:
        return _relay_run(channel, recipient, clock=clock, until=until)

    has_queues = CARRIERS[channel].has_queue_for_each_recipient
    for run in _side_by_side(relay, list_due_recipients(channel, now=now) if has_queues else [None]):
        tally.add(run)
    return tally


def _side_by_side(relay: Callable[[str | None], Tally], recipients: Sequence[str] | Sequence[None]) -> Sequence[Tally]:
    """One run for each recipient. In random order, so that slow ones take turns at holding a lane."""

    def relay_in_thread(recipient: str | None) -> Tally:
        try:
            return relay(recipient)
        finally:
            connections.close_all()

    if len(recipients) < 2:
        return [relay(recipient) for recipient in recipients]
    shuffled = random.sample(recipients, len(recipients))
    with ThreadPoolExecutor(min(LANES, len(shuffled))) as pool:
        return list(pool.map(relay_in_thread, shuffled))


def _relay_run(channel: str, recipient: str | None, *, clock: Clock, until: datetime) -> Tally:
    tally = Tally()
    with open_carrier(channel) as carrier:
        run = _Run(channel, recipient, carrier, clock, until, tally)
        while not run.is_over() and _relay_batch(run):
            continue
    return tally


def _relay_batch(run: _Run) -> bool:
    """Claim and deliver one batch; answers whether there was anything."""
    now = run.clock()
    claimed = claim_messages(
        channel=run.channel,
        recipient=run.recipient,
        is_configured=run.carrier.is_configured(),
        limit=BATCH,
        now=now,
    )
    run.tally.suppressed += claimed.suppressed
    if claimed.messages:
        _relay_plan(run, run.carrier.plan(claimed.messages, now=now))
    return bool(claimed.messages or claimed.suppressed)


def _relay_plan(run: _Run, plan: Plan) -> None:
    """Deliver parcel after parcel; the record of one and the beginning of the next share a commit."""
    put_back: list[tuple[Message, datetime]] = []
    ended: Sequence[Ending] = []
    for parcel in plan.parcels:
        if run.is_over():
            put_back += [(message, run.blocked_until or message.due_at) for message in parcel]
            continue
        begun = _record_and_begin(run, ended, parcel)
        ended = _attempt(run, begun) if begun else []
    _record_and_begin(run, ended, [])
    run.tally.postponed += postpone_messages(postponed=plan.postponed)
    run.tally.postponed += postpone_messages(postponed=put_back, because=run.blocked_because)


def _record_and_begin(run: _Run, ended: Sequence[Ending], parcel: Sequence[Message]) -> Sequence[Message]:
    try:
        turn = record_and_begin(ended=ended, parcel=parcel, now=run.clock())
    except (OperationalError, InterfaceError):
        _record_late(run, ended)
        raise
    for ending in turn.recorded:
        run.tally.delivered += ending.state is State.DELIVERED
        run.tally.dead += ending.state is State.DEAD
        run.tally.retried += ending.state is State.PENDING
    _count_lost(run, len(ended) - len(turn.recorded) + len(parcel) - len(turn.begun))
    return turn.begun


def _count_lost(run: _Run, messages: int) -> None:
    """Too slow for a message, the relay leaves it to its new holder and goes on with the next."""
    if messages:
        run.tally.lost += messages
        log.warning("outbox_lease_lost", messages=messages)


def _record_late(run: _Run, ended: Sequence[Ending]) -> None:
    """The database went away over the record, which may or may not be there: write it as soon as that can be done.

    Without it, what was accepted would go out again when its lease has run out; until then nobody else has it.
    """
    until = run.clock() + DELIVERY_LEASE
    while ended and run.clock() < until:
        time.sleep(RECORD_AGAIN_SECONDS)
        with suppress(OperationalError, InterfaceError):
            record_and_begin(ended=ended, parcel=[], now=run.clock())
            return


def _attempt(run: _Run, parcel: Sequence[Message]) -> Sequence[Ending]:
    """Deliver a parcel; answers what is to be recorded about it, nothing when it recorded itself."""
    try:
        if run.carrier.joins_transaction:
            _deliver_inside_transaction(run, parcel)
            return []
        require_no_transaction()
        with _problems_fail_the_attempt(parcel):
            receipt = run.carrier.deliver(parcel, now=run.clock())
    except (DeliveryFailed, DeliveryRefused) as failure:
        _block(run, parcel[0], failure)
        return [
            end_failed(message, failure, fraction=random.random(), now=run.clock())  # noqa: S311 - jitter
            for message in parcel
        ]
    return [end_delivered(message, receipt, now=run.clock()) for message in parcel]


def _deliver_inside_transaction(run: _Run, parcel: Sequence[Message]) -> None:
    """The handler's work and the record of it exist both or not at all."""
    try:
        with _problems_fail_the_attempt(parcel), transaction():
            receipt = run.carrier.deliver(parcel, now=run.clock())
            settle_or_raise([end_delivered(message, receipt, now=run.clock()) for message in parcel], now=run.clock())
    except LeaseLost:
        _count_lost(run, len(parcel))
    else:
        run.tally.delivered += len(parcel)


@contextmanager
def _problems_fail_the_attempt(parcel: Sequence[Message]) -> Iterator[None]:
    """A process door: whatever a template, a client library or a handler raises becomes a failed attempt."""
    try:
        yield
    except (DeliveryFailed, DeliveryRefused, LeaseLost):
        raise
    except Exception as problem:
        log.exception("outbox_delivery_error", message_id=str(parcel[0].pk), topic=parcel[0].topic)
        raise DeliveryFailed(f"{type(problem).__name__}: {problem}") from problem


def _block(run: _Run, message: Message, failure: DeliveryFailed | DeliveryRefused) -> None:
    """A failure of the server itself: the other messages are not tried before it may have passed."""
    if isinstance(failure, DeliveryFailed) and failure.is_shared:
        run.blocked_until = run.clock() + (failure.retry_after or RETRY_POLICIES[message.channel].first)
        run.blocked_because = failure.detail
