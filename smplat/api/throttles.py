"""How often a key or an address may ask, counted in Redis.

Redis only limits, it never decides whether the store works: while it is away every request passes, a metric and one log
line say so, and for a moment nobody asks it again, so that requests do not each wait for a timeout.
"""

import math
import time
from dataclasses import dataclass
from threading import Lock
from typing import Final

import redis
import structlog
from django.conf import settings
from limits import RateLimitItemPerMinute
from limits.storage import RedisStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from prometheus_client import Counter

from smplat.api.errors import Throttled

# Redis answers in well under a millisecond; whoever waits longer is better served unthrottled.
REDIS_TIMEOUT_SECONDS: Final = 0.1
# After a failure Redis is left alone this long.
COOL_DOWN_SECONDS: Final = 2.0
WINDOW_SECONDS: Final = 60.0
PORTIONS: Final = 500
# Room for every busy key and address of a process; beyond it the memory starts anew.
PREPAID_SIZE: Final = 4096

FAILED_OPEN: Final = Counter("smplat_throttle_failed_open", "Requests let through uncounted because Redis was away")
REFUSED: Final = Counter("smplat_throttle_refused", "Requests refused for asking too often", ["who"])

logger = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Prepaid:
    """Requests paid for and not made yet."""

    left: int
    good_until: float


class Throttle:
    """Counts requests per minute over a sliding window.

    A process pays for a handful of requests at once (a five-hundredth of the limit), so that a busy key costs one round
    trip for many requests; what it paid for and did not use within the minute is lost to the caller, which is why it
    is so little. Below 1,000 a minute every request is counted by itself.
    """

    def __init__(self, redis_url: str) -> None:
        storage = RedisStorage(
            redis_url,
            key_prefix="throttle",
            socket_timeout=REDIS_TIMEOUT_SECONDS,
            socket_connect_timeout=REDIS_TIMEOUT_SECONDS,
        )
        self._limiter = SlidingWindowCounterRateLimiter(storage)
        self._asks_again_at = 0.0
        self._prepaid: dict[tuple[str, str], _Prepaid] = {}
        self._lock = Lock()

    def check(self, *, who: str, identity: str, per_minute: int) -> None:
        """Count one request of `identity` (of the kind `who`); raise Throttled when it is one too many."""
        portion = max(1, per_minute // PORTIONS)
        if portion > 1 and self._spend(who, identity):
            return
        if time.monotonic() < self._asks_again_at:
            FAILED_OPEN.inc()
            return
        item = RateLimitItemPerMinute(per_minute)
        try:
            if portion > 1 and self._limiter.hit(item, who, identity, cost=portion):
                self._keep(who, identity, portion - 1)
                return
            if self._limiter.hit(item, who, identity):
                return
            reset_at = self._limiter.get_window_stats(item, who, identity).reset_time
        except (redis.RedisError, OSError) as error:
            self._fail_open(error)
            return
        REFUSED.labels(who=who).inc()
        raise Throttled(retry_after_seconds=max(1, math.ceil(reset_at - time.time())))

    def _spend(self, who: str, identity: str) -> bool:
        """Use one of the prepaid requests, if one is left."""
        with self._lock:
            prepaid = self._prepaid.get((who, identity))
            if prepaid is None or prepaid.left == 0 or prepaid.good_until <= time.monotonic():
                return False
            prepaid.left -= 1
            return True

    def _keep(self, who: str, identity: str, left: int) -> None:
        with self._lock:
            if len(self._prepaid) >= PREPAID_SIZE:
                self._prepaid.clear()
            self._prepaid[who, identity] = _Prepaid(left, time.monotonic() + WINDOW_SECONDS)

    def _fail_open(self, error: Exception) -> None:
        self._asks_again_at = time.monotonic() + COOL_DOWN_SECONDS
        FAILED_OPEN.inc()
        logger.warning("throttle_failed_open", error=type(error).__name__, asks_again_in_seconds=COOL_DOWN_SECONDS)


throttle: Final = Throttle(settings.REDIS_URL)
