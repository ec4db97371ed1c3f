"""Redis is frozen or gone: the store works without it, and nobody waits for it long."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from smplat.outbox.models import Message
from tests.checkout.conftest import new_order as new_order
from tests.checkout.conftest import place as place
from tests.checkout.conftest import product as product
from tests.checkout.conftest import provider as provider
from tests.faults.conftest import Broker
from tests.faults.processes import get, patch, web_server

pytestmark = [pytest.mark.fault, pytest.mark.django_db(transaction=True)]

ORDERS = 12
# A twelfth of it is more than a busy machine takes for one; together they would wait a minute if each waited for Redis.
SOON_SECONDS = 40.0


@contextmanager
def gone(broker: Broker) -> None:
    broker.stop()
    yield
    broker.start()


@pytest.mark.parametrize("away", [Broker.frozen, gone])
def test_orders_move_on_without_redis(
    broker: Broker, away: Callable[[Broker], AbstractContextManager[None]], place, tmp_path: Path
) -> None:
    orders = [place() for _ in range(ORDERS)]
    with web_server(tmp_path, REDIS_URL=broker.url) as web, away(broker):
        assert get(f"{web.url}/api/v1/orders").status == 200
        deadline = time.monotonic() + SOON_SECONDS
        answers = [patch(f"{web.url}/api/v1/orders/{order.pk}/status", {"status": "processing"}) for order in orders]
        assert time.monotonic() < deadline
        assert {answer.status for answer in answers} == {200}
    # What each told wakes nobody now and is delivered by the next sweep.
    assert Message.objects.filter(topic="checkout.order.moved", state="pending").count() == ORDERS
