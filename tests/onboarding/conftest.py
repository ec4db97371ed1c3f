"""The checkout's small shop, and journeys in it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest

from checkout.models import Order
from onboarding.actions.start_journey import Introduction, start_journey
from onboarding.apps import ship_defaults
from onboarding.models import Journey
from tests.checkout.conftest import new_order, now, place, product, provider

__all__ = ["new_order", "now", "place", "product", "provider"]


@pytest.fixture
def _defaults(db: None) -> None:
    """A transactional test before this one may have emptied the tables."""
    ship_defaults()


@pytest.fixture
def begin(_defaults: None, place: Callable[..., Order], now: datetime) -> Callable[..., Journey]:
    """Makes a journey, for a new order unless one is given."""

    def begin(order: Order | None = None, *, at: datetime = now, **said: Any) -> Journey:
        started = start_journey(order_id=(order or place()).pk, introduction=Introduction(**said), now=at)
        return Journey.objects.get(pk=started.journey_id)

    return begin
