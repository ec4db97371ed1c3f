"""Plays requests against a server: at their recorded pace or as fast as it answers, over several connections."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from queue import Queue
from threading import Event, Lock, Thread

from analytics.storefront.client import StorefrontClient, Unreachable
from analytics.storefront.plan import Outgoing
from analytics.storefront.tally import Tally

# Requests handed out ahead of each connection: enough to keep it busy, few enough to stop soon.
QUEUED_PER_CONNECTION = 2


@dataclass(slots=True)
class Player:
    """One run. `progress` is told the number of events each answered request held."""

    base_url: str
    key: str
    concurrency: int
    retries: int
    speed: float  # times real time; 0 is as fast as possible
    progress: Callable[[int], object]
    tally: Tally = field(default_factory=Tally)
    seconds: float = 0.0
    stopped: Event = field(default_factory=Event)
    _lock: Lock = field(default_factory=Lock)

    def play(self, requests: Iterator[Outgoing]) -> Tally:
        """Send everything; on an interrupt finish what is under way and count the rest as unsent."""
        queue: Queue[Outgoing | None] = Queue(maxsize=self.concurrency * QUEUED_PER_CONNECTION)
        connections = [Thread(target=self._serve, args=(queue,), daemon=True) for _ in range(self.concurrency)]
        for connection in connections:
            connection.start()
        started = time.perf_counter()
        try:
            self._hand_out(requests, queue)
        except KeyboardInterrupt:
            self.stopped.set()
        for _ in connections:
            queue.put(None)
        for connection in connections:
            connection.join()
        self.seconds = time.perf_counter() - started
        if self.stopped.is_set():
            for request in requests:
                self._leave_unsent(request, "interrupted")
        return self.tally

    def _hand_out(self, requests: Iterator[Outgoing], queue: "Queue[Outgoing | None]") -> None:
        clock = _Pace(self.speed)
        for request in requests:
            clock.wait_for(request.at, self.stopped)
            queue.put(request)

    def _serve(self, queue: "Queue[Outgoing | None]") -> None:
        """One connection's life."""
        with StorefrontClient(
            base_url=self.base_url, key=self.key, retries=self.retries, pause=self.stopped.wait
        ) as client:
            while (request := queue.get()) is not None:
                if self.stopped.is_set():
                    self._leave_unsent(request, "interrupted")
                else:
                    self._send(client, request)

    def _send(self, client: StorefrontClient, request: Outgoing) -> None:
        try:
            answer = client.send(method=request.method, path=request.path, headers=request.headers, body=request.body)
        except Unreachable as problem:
            self._leave_unsent(request, str(problem))
            return
        with self._lock:
            self.tally.record(answer, place=request.place, events=request.events)
            self.progress(request.events)

    def _leave_unsent(self, request: Outgoing, problem: str) -> None:
        with self._lock:
            self.tally.record_unsent(place=request.place, events=request.events, problem=problem)


@dataclass(slots=True)
class _Pace:
    """Maps recorded moments to moments of this run."""

    speed: float
    started: float = field(default_factory=time.perf_counter)
    first_at: datetime | None = None

    def wait_for(self, at: datetime | None, stopped: Event) -> None:
        if not self.speed or at is None:
            return
        if self.first_at is None:
            self.first_at = at
        due = self.started + (at - self.first_at).total_seconds() / self.speed
        if (ahead := due - time.perf_counter()) > 0:
            stopped.wait(ahead)
