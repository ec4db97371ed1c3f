"""Plays the made-up past of orders and journeys once, in the order in which it happened, with the real sweeps in between."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from analytics.sample_store.journey_history import JourneyHistory
from analytics.sample_store.order_history import OrderHistory
from analytics.sample_store.order_plan import LONGEST_DAYS, PlannedOrder
from analytics.sample_store.repeats import leave_room_for_numbers, repeat_settled
from analytics.sample_store.timeline import Timeline
from checkout.models import Order
from onboarding.models import Journey
from smplat.outbox.choices import Channel
from smplat.outbox.nudge import quietly
from smplat.outbox.relay import relay_channel

# The real sweeps run every few minutes; in the past a few hours make no difference to anybody.
CHECKOUTS_SWEPT_EVERY = timedelta(hours=4)
JOURNEYS_SWEPT_EVERY = timedelta(hours=12)
# Once more at the very end: nothing waits for the sweeps of the present, which would be late by hours.
LAST_SWEPT = timedelta(minutes=1)
# A relay of the past is given this long by its clock, which stands still.
RELAY_SPAN = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Played:
    """What is new in the store."""

    orders: int = 0
    journeys: int = 0


def play_past(
    planned: Sequence[PlannedOrder], *, seed: int, until: datetime, progress: Callable[[int], object] = lambda _: None
) -> Played:
    """Everything that happened to these orders and their journeys until the end; a past of full length is repeated before it.

    A run that was killed is completed by the next: what is stored already is told again and changes nothing.
    """
    if not planned:
        return Played()
    before = Order.objects.count(), Journey.objects.count()
    is_whole_past = until - planned[0].placed_at > timedelta(days=LONGEST_DAYS - 1)
    if is_whole_past:
        leave_room_for_numbers()
    stored = dict(
        Order.objects.filter(created_at__in=[one.placed_at for one in planned]).values_list("created_at", "pk")
    )
    if planned[-1].placed_at not in stored:
        _play(planned, stored=stored, seed=seed, until=until, progress=progress)
    if is_whole_past and not Order.objects.filter(created_at__lt=planned[0].placed_at).exists():
        repeat_settled(seed=seed, until=until)
    return Played(Order.objects.count() - before[0], Journey.objects.count() - before[1])


def _play(
    planned: Sequence[PlannedOrder],
    *,
    stored: Mapping[datetime, UUID],
    seed: int,
    until: datetime,
    progress: Callable[[int], object],
) -> None:
    timeline = Timeline(until)
    journeys = JourneyHistory(seed, timeline)
    orders = OrderHistory(seed, timeline, on_paid=journeys.begin)
    for one in planned:
        orders.expect(one, stored=stored.get(one.placed_at), progress=progress)
    orders.expect_pause()
    _expect(timeline, orders.sweep, since=planned[0].placed_at, every=CHECKOUTS_SWEPT_EVERY)
    _expect(timeline, partial(_sweep_journeys, journeys), since=planned[0].placed_at, every=JOURNEYS_SWEPT_EVERY)
    with quietly():
        timeline.run()


def _expect(timeline: Timeline, sweep: Callable[[datetime], bool], *, since: datetime, every: timedelta) -> None:
    """A sweep says whether it wrote to anybody; such messages leave at once."""

    def happen(at: datetime) -> None:
        if sweep(at):
            _relay(Channel.EMAIL, at)

    at = since + every
    while at < timeline.until:
        timeline.add(at, happen)
        at += every
    timeline.add(timeline.until - LAST_SWEPT, happen)


def _sweep_journeys(journeys: JourneyHistory, at: datetime) -> bool:
    """Journeys are told first how their orders moved on."""
    _relay(Channel.EVENT, at)
    return journeys.sweep(at)


def _relay(channel: Channel, at: datetime) -> None:
    relay_channel(channel, clock=lambda: at, until=at + RELAY_SPAN)
