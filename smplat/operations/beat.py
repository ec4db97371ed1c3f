"""Celery beat that writes its own sign of life. What is probed is the tick, not the process."""

import time
from typing import Any

import structlog
from celery.exceptions import OperationalError as SendingFailed
from django.db import DatabaseError, InterfaceError, close_old_connections
from django_celery_beat.schedulers import DatabaseScheduler
from kombu.exceptions import OperationalError as BrokerAway

from smplat import clock
from smplat.operations import heartbeats

HEARTBEAT = "beat"
# Beat wakes up at least this often (CELERY_BEAT_MAX_LOOP_INTERVAL), so a row is never much older while it ticks.
WRITE_EVERY_SECONDS = 5.0
RETRY_SECONDS = 1.0

log = structlog.get_logger(__name__)


class HeartbeatScheduler(DatabaseScheduler):
    """Reads schedules from rows; survives a database or a broker that is away, and says so in its heartbeat."""

    _wrote_at = float("-inf")

    def tick(self, *args: Any, **kwargs: Any) -> float:
        """One tick. When the database or the broker is away nothing is sent, and the next try follows in a second."""
        try:
            pause: float = super().tick(*args, **kwargs)
        except (DatabaseError, InterfaceError, BrokerAway, SendingFailed) as error:
            log.warning("beat_cannot_tick", error=str(error))
            # The heap may have lost the entry that could not be sent; the next tick fills it again.
            self._heap = None
            self._record(error)
            return RETRY_SECONDS
        if time.monotonic() - self._wrote_at >= WRITE_EVERY_SECONDS:
            self._record(None)
        return pause

    def apply_async(self, entry: Any, *args: Any, **kwargs: Any) -> Any:
        """Send one task; a refusal is noted before Celery logs and forgets it."""
        try:
            return super().apply_async(entry, *args, **kwargs)
        except Exception as error:
            self._record(error)
            raise

    def _ensure_connected(self) -> Any:
        # Celery would retry for hours inside one tick; we come back with the next.
        return self.connection.ensure_connection(max_retries=1)

    def _record(self, error: Exception | None) -> None:
        close_old_connections()
        try:
            if error is None:
                heartbeats.record_success(HEARTBEAT, clock.now())
                self._wrote_at = time.monotonic()
            else:
                heartbeats.record_failure(HEARTBEAT, clock.now(), error)
        except (DatabaseError, InterfaceError) as away:
            log.warning("beat_heartbeat_not_written", error=str(away))
