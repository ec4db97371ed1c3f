"""Signs of life, written by what they watch: beat's tick, each worker, each scheduled task and sweep."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from django.db.models import F

from smplat.operations.models import Heartbeat
from smplat.operations.redaction import describe_error


def record_success(name: str, now: datetime) -> None:
    """Note that `name` did its work at `now`; sets its failures back to none."""
    changed = Heartbeat.objects.filter(name=name).update(last_success_at=now, consecutive_failures=0)
    if not changed:
        Heartbeat.objects.bulk_create(
            [Heartbeat(name=name, last_success_at=now)],
            update_conflicts=True,
            unique_fields=["name"],
            update_fields=["last_success_at", "consecutive_failures"],
        )


def record_failure(name: str, now: datetime, error: BaseException | str) -> None:
    """Note that `name` failed at `now`; the text is redacted, since open pages show it."""
    Heartbeat.objects.bulk_create([Heartbeat(name=name)], ignore_conflicts=True)
    Heartbeat.objects.filter(name=name).update(
        last_error_at=now, last_error=describe_error(error), consecutive_failures=F("consecutive_failures") + 1
    )


@contextmanager
def watch(name: str, now: datetime) -> Iterator[None]:
    """Record how a sweep ended: success on leaving, failure (and the error goes on) on an exception.

    Open it outside the sweep's transaction: what a failing transaction writes is rolled back with it.
    """
    try:
        yield
    except Exception as error:
        record_failure(name, now, error)
        raise
    record_success(name, now)


def find(name: str) -> Heartbeat | None:
    """The heartbeat of that name, or None when it never beat."""
    return Heartbeat.objects.filter(name=name).first()


def age_seconds(heartbeat: Heartbeat | None, now: datetime) -> float:
    """Seconds since the last success; infinite when there never was one."""
    if heartbeat is None or heartbeat.last_success_at is None:
        return math.inf
    return (now - heartbeat.last_success_at).total_seconds()
