"""Sends live traffic to a platform until it is told to stop; a platform that restarts gets what it missed."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from threading import Event

from analytics.storefront.client import StorefrontClient, Unreachable
from analytics.storefront.order_traffic import OrderTraffic
from analytics.storefront.plan import Outgoing
from analytics.storefront.tally import Tally
from analytics.storefront.traffic import Traffic

# How often browsers are looked after: well under the time a person waits for something to arrive.
TICK_SECONDS = 0.5
# What is kept for a platform that is away; the oldest goes first, as in a browser's storage.
KEPT_REQUESTS = 2_000
LONGEST_PAUSE_SECONDS = 15.0


class KeyRefused(Exception):
    """The platform does not accept the key."""


@dataclass(slots=True)
class Simulator:
    """One run. `notice` is told in words when the platform goes away or comes back."""

    traffic: Traffic
    client: StorefrontClient
    stopped: Event
    read_clock: Callable[[], datetime]
    notice: Callable[[str], object]
    orders: OrderTraffic | None = None
    tally: Tally = field(default_factory=Tally)
    _waiting: deque[Outgoing] = field(default_factory=deque)
    _failures: int = 0

    def run(self) -> Tally:
        """Go on until `stopped` is set.

        Raises:
            KeyRefused: the key opens nothing here, so that going on makes no sense.
        """
        while not self.stopped.wait(self._pause_seconds()):
            now = self.read_clock()
            self._keep([*self.traffic.advance(now), *(self.orders.advance(now) if self.orders else ())])
            self._deliver()
        for request in self._waiting:
            self.tally.record_unsent(place=request.place, events=request.events, problem="stopped")
        return self.tally

    def _pause_seconds(self) -> float:
        return min(TICK_SECONDS * 2.0**self._failures, LONGEST_PAUSE_SECONDS)

    def _keep(self, requests: list[Outgoing]) -> None:
        self._waiting.extend(requests)
        while len(self._waiting) > KEPT_REQUESTS:
            dropped = self._waiting.popleft()
            self.tally.record_unsent(place=dropped.place, events=dropped.events, problem="kept too long")

    def _deliver(self) -> None:
        """Send what waits, in order; leave the rest for later as soon as the platform is away."""
        while self._waiting and not self.stopped.is_set():
            request = self._waiting[0]
            try:
                answer = self.client.send(
                    method=request.method, path=request.path, headers=request.headers, body=request.body
                )
            except Unreachable as problem:
                self._note_failure(str(problem))
                return
            if answer.status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
                raise KeyRefused(answer.body[:300].decode(errors="replace"))
            if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR or answer.status == HTTPStatus.TOO_MANY_REQUESTS:
                self._note_failure(f"status {answer.status}")
                return
            self._waiting.popleft()
            self._note_success()
            self.tally.record(answer, place=request.place, events=request.events)
            if self.orders:
                self.orders.hear(request.place, status=answer.status, body=answer.body)

    def _note_failure(self, problem: str) -> None:
        if not self._failures:
            self.notice(f"The platform is away ({problem}); events wait.")
        self._failures = min(self._failures + 1, 10)

    def _note_success(self) -> None:
        if self._failures:
            self.notice(f"The platform is back; {len(self._waiting) + 1} requests waited.")
        self._failures = 0
