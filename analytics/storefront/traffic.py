"""Live traffic of made-up shoppers as the requests their browsers send. Pure but for the chance it is given."""

import heapq
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

import msgspec

from analytics.sample_store.mistakes import mistaken
from analytics.storefront.plan import Outgoing
from analytics.storefront.shoppers import mean_events_per_session, session, traffic_factor
from analytics.storefront.wire import BATCH_PATH, EVENT_PATH, JSON, NDJSON

# Even at four in the morning a watcher sees something arrive; at ten in the evening a laptop does not notice.
FACTOR_BOUNDS = (0.4, 2.0)
# Of what a browser has to say at one time, so much goes as single events; the rest travels as the beacon's batches.
SINGLE_SHARE = 0.3
MISTAKEN_SHARE = 0.0005
REPEATED_SHARE = 0.003
# After a longer pause (a suspended laptop) traffic goes on from now instead of catching up.
LONGEST_CATCH_UP = timedelta(seconds=30)


@dataclass(order=True, slots=True)
class _Due:
    at: datetime
    number: int  # decides between equal moments
    shopper: int = field(compare=False)
    line: bytes = field(compare=False)
    is_whole: bool = field(compare=False)


@dataclass(slots=True)
class Traffic:
    """Shoppers come by chance, `rate` events a second on average, more in the evening than at night."""

    chance: Random
    rate: float
    now: datetime
    shoppers: int = 0
    _events: int = 0
    _next_shopper_at: datetime = field(init=False)
    _due: list[_Due] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        self._next_shopper_at = self.now

    def advance(self, now: datetime) -> list[Outgoing]:
        """The requests that browsers send up to `now`."""
        if now - self.now > LONGEST_CATCH_UP:
            self._next_shopper_at = now
        self.now = now
        while self._next_shopper_at <= now:
            self._welcome_shopper(self._next_shopper_at)
            self._next_shopper_at += timedelta(seconds=self._seconds_to_next_shopper())
        said: defaultdict[int, list[_Due]] = defaultdict(list)
        while self._due and self._due[0].at <= now:
            due = heapq.heappop(self._due)
            said[due.shopper].append(due)
        return [request for events in said.values() for request in self._requests_of(events)]

    def _seconds_to_next_shopper(self) -> float:
        lowest, highest = FACTOR_BOUNDS
        factor = min(max(traffic_factor(self._next_shopper_at), lowest), highest)
        return self.chance.expovariate(self.rate * factor / mean_events_per_session())

    def _welcome_shopper(self, at: datetime) -> None:
        self.shoppers += 1
        reference = f"L-{at:%Y%m%d-%H%M%S}-{self.shoppers:05}"
        for told in session(self.chance, at=at, reference=reference):
            event_id = UUID(int=self.chance.getrandbits(128), version=4)
            event = {**told.event, "event_id": event_id, "occurred_at": told.at}
            is_whole = self.chance.random() >= MISTAKEN_SHARE
            line = msgspec.json.encode(event) if is_whole else mistaken(self.chance, event)
            self._events += 1
            heapq.heappush(self._due, _Due(told.at, self._events, self.shoppers, line, is_whole))

    def _requests_of(self, events: list[_Due]) -> list[Outgoing]:
        """One shopper's events; a browser that saw no answer sends them again."""
        if all(event.is_whole for event in events) and self.chance.random() < SINGLE_SHARE:
            requests = [_request(EVENT_PATH, JSON, [event]) for event in events]
        else:
            requests = [_request(BATCH_PATH, NDJSON, events)]
        return requests * 2 if self.chance.random() < REPEATED_SHARE else requests


def _request(path: str, content_type: str, events: list[_Due]) -> Outgoing:
    return Outgoing(
        place=f"shopper {events[0].shopper}",
        at=events[-1].at,
        method="POST",
        path=path,
        headers=(("Content-Type", content_type),),
        body=b"\n".join(event.line for event in events),
        events=len(events),
    )
