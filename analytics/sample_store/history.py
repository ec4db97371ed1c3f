"""The made-up past of the sample store as batches of raw events, the same for the same seed and end. Pure."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from operator import attrgetter
from random import Random
from uuid import UUID, uuid5

import msgspec

from analytics.sample_store.mistakes import mistaken
from analytics.storefront.assortment import HOURLY_PER_MILLE, SHOP_UTC_OFFSET_HOURS, WEEKDAY_FACTORS
from analytics.storefront.shoppers import Told, mean_events_per_session, session
from analytics.storefront.wire import BATCH_MAX_EVENTS

# Ids of made-up events live under this name: loading the same history twice adds nothing.
SAMPLE_NAMESPACE = UUID("0d6a1a4e-62a5-5b0c-9a54-3f1de6f0a7b2")
EVENTS_PER_DAY = 1_300
# The past is handed in as by an import that runs a few times a day: fewer, larger transactions load faster.
HOURS_PER_BATCH = 4
# The shop grows by this much over the whole history.
GROWTH = 0.35
# Phones without a connection deliver hours later.
LATE_SHARE = 0.004
LATE_HOURS = (2.0, 30.0)
# Beacons repeat what they did not see acknowledged.
REPEATED_SHARE = 0.002
MISTAKEN_SHARE = 0.0004
DELIVERY_SECONDS = (0.2, 6.0)


@dataclass(frozen=True, slots=True)
class Batch:
    """One request to the batch endpoint, and when it came in."""

    received_at: datetime
    lines: tuple[bytes, ...]
    # The id of an event that only this batch brings: where it is stored, the whole batch is.
    marker: UUID


@dataclass(frozen=True, slots=True)
class _Delivery:
    received_at: datetime
    line: bytes
    event_id: UUID | None = None  # None: a repetition, or an event with a mistake


def plan_batches(*, seed: int, days: int, until: datetime) -> Iterator[Batch]:
    """`days` days of events that were received by `until`, in the order of their receipt."""
    first_day = until.date() - timedelta(days=days)
    deliveries = [
        delivery
        for index in range(days + 1)
        for delivery in _day(seed=seed, day=first_day + timedelta(days=index), progress=index / days)
        if delivery.received_at <= until
    ]
    deliveries.sort(key=attrgetter("received_at"))
    for _, span in groupby(deliveries, key=_span):
        of_span = list(span)
        for start in range(0, len(of_span), BATCH_MAX_EVENTS):
            part = of_span[start : start + BATCH_MAX_EVENTS]
            marker = next((delivery.event_id for delivery in part if delivery.event_id), None)
            if marker is not None:
                yield Batch(part[-1].received_at, tuple(delivery.line for delivery in part), marker)


def _span(delivery: _Delivery) -> tuple[date, int]:
    """The part of the day it came in."""
    return delivery.received_at.date(), delivery.received_at.hour // HOURS_PER_BATCH


def _day(*, seed: int, day: date, progress: float) -> Iterator[_Delivery]:
    """Everything that shoppers whose session began on `day` told us."""
    chance = Random(f"{seed}:{day}")  # noqa: S311 - reproducible on purpose
    midnight = datetime.combine(day, time.min, tzinfo=UTC) - timedelta(hours=SHOP_UTC_OFFSET_HOURS)
    mean = EVENTS_PER_DAY / mean_events_per_session() * WEEKDAY_FACTORS[day.weekday()] * (1 + GROWTH * (progress - 0.5))
    count = round(chance.gauss(mean, math.sqrt(mean)))
    hours = chance.choices(range(24), HOURLY_PER_MILLE, k=count)
    for number, hour in enumerate(hours):
        at = midnight + timedelta(hours=hour, seconds=chance.uniform(0, 3600))
        name = f"{seed}:{day}:{number}"
        late = timedelta(hours=chance.uniform(*LATE_HOURS)) if chance.random() < LATE_SHARE else timedelta(0)
        reference = f"S-{day:%Y%m%d}-{number:04}"
        for index, told in enumerate(session(chance, at=at, progress=progress, reference=reference)):
            yield from _delivered(chance, told, event_id=uuid5(SAMPLE_NAMESPACE, f"{name}:{index}"), late=late)


def _delivered(chance: Random, told: Told, *, event_id: UUID, late: timedelta) -> Iterator[_Delivery]:
    """An event as it arrives: soon or late, at times twice, seldom with a mistake in it."""
    received_at = told.at + late + timedelta(seconds=chance.uniform(*DELIVERY_SECONDS))
    event = {**told.event, "event_id": event_id, "occurred_at": told.at}
    draw = chance.random()
    if draw < MISTAKEN_SHARE:
        yield _Delivery(received_at, mistaken(chance, event))
        return
    line = msgspec.json.encode(event)
    yield _Delivery(received_at, line, event_id)
    if draw > 1 - REPEATED_SHARE:
        yield _Delivery(received_at + timedelta(seconds=chance.uniform(*DELIVERY_SECONDS)), line)
