"""Counters of the ingest, for /metrics. The ledger is the truth; these are for graphs and alerts."""

from typing import Final

from prometheus_client import Counter

EVENTS: Final = Counter(
    "smplat_offer_events",
    "Offer events by the door they came through and what became of them.",
    ["door", "outcome"],
)


def count(door: str, **outcomes: int) -> None:
    """Add events: `count("batch", accepted=3, duplicate=1)`."""
    for outcome, number in outcomes.items():
        if number:
            EVENTS.labels(door, outcome).inc(number)
