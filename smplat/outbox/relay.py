"""The relay: claim, deliver with no transaction open, record."""

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from smplat.db import require_no_transaction, transaction
from smplat.outbox import switching
from smplat.outbox.actions.begin_attempt import begin_attempt
from smplat.outbox.actions.claim_messages import claim_messages
from smplat.outbox.actions.postpone_messages import postpone_messages
from smplat.outbox.actions.return_expired_leases import return_expired_leases
from smplat.outbox.carrier import Carrier, DeliveryFailed, DeliveryRefused, Receipt
from smplat.outbox.channels.registry import open_carrier
from smplat.outbox.choices import State
from smplat.outbox.models import Message
from smplat.outbox.rules import RETRY_POLICIES
from smplat.outbox.settle import LeaseLost, settle_delivered, settle_failed

log = structlog.get_logger(__name__)

Clock = Callable[[], datetime]

# A batch is claimed with one lease, so it must be deliverable within it even when every delivery is slow.
BATCH = 25


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

    def __str__(self) -> str:
        return " ".join(f"{name}={count}" for name, count in vars(self).items())


@dataclass
class _Batch:
    """One opened carrier with what it met so far."""

    carrier: Carrier
    clock: Clock
    tally: Tally
    # Routes that failed for everybody, with the moment to try again.
    blocked: dict[str, datetime] = field(default_factory=dict)


def relay_channel(channel: str, *, clock: Clock, until: datetime) -> Tally:
    """Deliver what is due on one channel until nothing is, or until `until` has passed.

    Safe to run any number of times at once and to kill at any line: what can repeat is the one delivery whose outcome
    was not recorded, with the same ids. Must be called outside a transaction.
    """
    tally = Tally()
    returned = return_expired_leases(channel=channel, now=clock())
    tally.retried, tally.dead = returned.retried, returned.dead
    while clock() < until and switching.is_on(channel) and _relay_batch(channel, clock, tally):
        continue
    return tally


def _relay_batch(channel: str, clock: Clock, tally: Tally) -> bool:
    """Claim and deliver one batch; answers whether there was anything."""
    with open_carrier(channel) as carrier:
        now = clock()
        claimed = claim_messages(channel=channel, is_configured=carrier.is_configured(), limit=BATCH, now=now)
        tally.suppressed += claimed.suppressed
        if claimed.messages:
            plan = carrier.plan(claimed.messages, now=now)
            tally.postponed += postpone_messages(postponed=plan.postponed)
            batch = _Batch(carrier, clock, tally)
            for parcel in plan.parcels:
                _relay_parcel(batch, parcel)
    return bool(claimed.messages or claimed.suppressed)


def _relay_parcel(batch: _Batch, parcel: Sequence[Message]) -> None:
    blocked_until = batch.blocked.get(batch.carrier.route(parcel[0]))
    if blocked_until is not None:
        batch.tally.postponed += postpone_messages(postponed=[(message, blocked_until) for message in parcel])
        return
    started_at = batch.clock()
    begun = begin_attempt(parcel=parcel, now=started_at)
    batch.tally.lost += len(parcel) - len(begun)
    if begun:
        _attempt(batch, begun, started_at)


def _attempt(batch: _Batch, parcel: Sequence[Message], started_at: datetime) -> None:
    try:
        if batch.carrier.joins_transaction:
            with _lease_may_be_lost(batch, parcel[0]):
                _deliver_inside_transaction(batch, parcel, started_at)
        else:
            receipt = _deliver_outside_transaction(batch, parcel)
            _record_delivered(batch, parcel, receipt, started_at)
    except (DeliveryFailed, DeliveryRefused) as failure:
        _record_failure(batch, parcel, failure, started_at)


def _deliver_inside_transaction(batch: _Batch, parcel: Sequence[Message], started_at: datetime) -> None:
    """The handler's work and the record of it exist both or not at all."""
    with _problems_fail_the_attempt(parcel), transaction():
        receipt = batch.carrier.deliver(parcel, now=batch.clock())
        for message in parcel:
            settle_delivered(message, receipt, started_at=started_at, now=batch.clock())
    batch.tally.delivered += len(parcel)


def _deliver_outside_transaction(batch: _Batch, parcel: Sequence[Message]) -> Receipt:
    require_no_transaction()
    with _problems_fail_the_attempt(parcel):
        return batch.carrier.deliver(parcel, now=batch.clock())


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


def _record_delivered(batch: _Batch, parcel: Sequence[Message], receipt: Receipt, started_at: datetime) -> None:
    for message in parcel:
        with _lease_may_be_lost(batch, message), transaction():
            settle_delivered(message, receipt, started_at=started_at, now=batch.clock())
            batch.tally.delivered += 1


def _record_failure(
    batch: _Batch, parcel: Sequence[Message], failure: DeliveryFailed | DeliveryRefused, started_at: datetime
) -> None:
    for message in parcel:
        with _lease_may_be_lost(batch, message), transaction():
            fraction = random.random()  # noqa: S311 - jitter
            state = settle_failed(message, failure, fraction=fraction, started_at=started_at, now=batch.clock())
            batch.tally.dead += state is State.DEAD
            batch.tally.retried += state is State.PENDING
    if isinstance(failure, DeliveryFailed) and failure.is_shared:
        route = batch.carrier.route(parcel[0])
        batch.blocked[route] = batch.clock() + (failure.retry_after or _pause_of(parcel[0]))


@contextmanager
def _lease_may_be_lost(batch: _Batch, message: Message) -> Iterator[None]:
    """Too slow for one message, the relay leaves it to its new holder and goes on with the next."""
    try:
        yield
    except LeaseLost:
        batch.tally.lost += 1
        log.warning("outbox_lease_lost", message_id=str(message.pk))


def _pause_of(message: Message) -> timedelta:
    return RETRY_POLICIES[message.channel].first
