"""What became of the traffic that was sent, counted event by event."""

from collections import Counter, deque
from dataclasses import dataclass, field

import msgspec

from analytics.storefront.client import Answer

# So many refusals are told in words; the rest is counted.
TOLD_REFUSALS = 5
SUCCESS = range(200, 300)
# The newest million: a simulator that runs for weeks must not grow.
REMEMBERED_LATENCIES = 1_000_000


class _BatchAnswer(msgspec.Struct):
    received: int
    accepted: int
    duplicate: int
    quarantined: int


class _SingleAnswer(msgspec.Struct):
    status: str = "accepted"


@dataclass(slots=True)
class Tally:
    """Counts of events; `sent` = accepted + duplicate + quarantined + refused."""

    requests: int = 0
    retries: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    latencies_seconds: deque[float] = field(default_factory=lambda: deque(maxlen=REMEMBERED_LATENCIES))
    problems: list[str] = field(default_factory=list)

    def record(self, answer: Answer, *, place: str, events: int) -> None:
        """Count one answered request of `events` events."""
        self.requests += 1
        self.retries += answer.attempts - 1
        self.latencies_seconds.append(answer.seconds)
        self.counts["sent"] += events
        if answer.status in SUCCESS:
            self.counts.update(outcomes_of(answer.body, events=events))
        else:
            self.counts["refused"] += events
            self._tell(f"{place}: {answer.status} {answer.body[:300].decode(errors='replace')}")

    def record_unsent(self, *, place: str, events: int, problem: str) -> None:
        """Count events that no server decided about."""
        self.counts["unsent"] += events
        self._tell(f"{place}: {problem}")

    def percentile_milliseconds(self, share: float) -> float:
        """The latency that `share` of the requests stayed within; 0 when nothing was sent."""
        if not self.latencies_seconds:
            return 0.0
        ranked = sorted(self.latencies_seconds)
        return 1000 * ranked[min(len(ranked) - 1, int(share * len(ranked)))]

    @property
    def is_complete(self) -> bool:
        """Whether the server took in everything."""
        return not (self.counts["refused"] or self.counts["unsent"])

    def _tell(self, problem: str) -> None:
        if len(self.problems) < TOLD_REFUSALS:
            self.problems.append(problem)


def outcomes_of(body: bytes, *, events: int) -> dict[str, int]:
    """How many events of a successful answer were accepted, duplicate or quarantined."""
    try:
        batch = msgspec.json.decode(body, type=_BatchAnswer)
    except msgspec.DecodeError:
        return _single_outcome(body, events=events)
    return {"accepted": batch.accepted, "duplicate": batch.duplicate, "quarantined": batch.quarantined}


def _single_outcome(body: bytes, *, events: int) -> dict[str, int]:
    try:
        status = msgspec.json.decode(body, type=_SingleAnswer).status
    except msgspec.DecodeError:
        status = "accepted"
    return {"duplicate" if status == "duplicate" else "accepted": events}
