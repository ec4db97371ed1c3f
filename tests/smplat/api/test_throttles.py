"""Too much is refused, and a missing Redis refuses nobody."""

import pytest
from prometheus_client import REGISTRY

from smplat.api.errors import Throttled
from smplat.api.throttles import Throttle

pytestmark = pytest.mark.django_db


def test_one_request_too_many_is_refused_with_a_time_to_wait(settings) -> None:
    throttle = Throttle(settings.REDIS_URL)
    for _ in range(3):
        throttle.check(who="anonymous", identity="192.0.2.1", per_minute=3)
    with pytest.raises(Throttled) as refused:
        throttle.check(who="anonymous", identity="192.0.2.1", per_minute=3)
    assert 1 <= refused.value.retry_after_seconds <= 60


def test_prepaid_requests_end_exactly_at_the_limit(settings) -> None:
    throttle = Throttle(settings.REDIS_URL)
    for _ in range(1003):
        throttle.check(who="secret", identity="7", per_minute=1003)
    with pytest.raises(Throttled):
        throttle.check(who="secret", identity="7", per_minute=1003)


def test_without_redis_everybody_passes_and_a_metric_counts_them() -> None:
    before = REGISTRY.get_sample_value("smplat_throttle_failed_open_total") or 0
    # Nothing listens on the discard port.
    throttle = Throttle("redis://127.0.0.1:9/0")
    for _ in range(5):
        throttle.check(who="anonymous", identity="192.0.2.1", per_minute=1)
    assert REGISTRY.get_sample_value("smplat_throttle_failed_open_total") == before + 5


def test_an_address_without_a_valid_key_is_throttled(api, settings) -> None:
    settings.THROTTLE_ANONYMOUS_PER_MINUTE = 2
    statuses = [api.get("/metrics", REMOTE_ADDR="203.0.113.5").status_code for _ in range(3)]
    assert statuses == [401, 401, 429]
