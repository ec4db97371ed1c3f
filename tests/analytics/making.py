"""Events to test with."""

from datetime import UTC, datetime, timedelta
from typing import Any

from analytics.rules.offer_event import AcceptanceWindow, OfferEventFacts, read_event

# Partitions exist around the present.
NOW = datetime.now(UTC)
WINDOW = AcceptanceWindow.at(NOW, retention=timedelta(days=400))


def sent(**changes: Any) -> dict[str, Any]:
    return {"offer_slug": "summer", "event_type": "impression"} | changes


def facts(**changes: Any) -> OfferEventFacts:
    return read_event(sent(**changes), window=WINDOW)
