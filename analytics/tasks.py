"""What Celery runs for analytics. Each task may run twice or not at all: it looks at the tables, not at its message."""

from typing import Final

from celery import shared_task
from django.conf import settings

from analytics.actions.check_ledger import check_ledger
from analytics.actions.create_offer_event_partitions import create_offer_event_partitions as create
from analytics.actions.drop_expired_offer_events import drop_expired_offer_events as drop_expired
from analytics.actions.fold_offer_rollups import fold_offer_rollups as fold
from analytics.actions.purge_offer_event_keys import purge_offer_event_keys as purge
from analytics.switches import RETENTION, ROLLUPS
from smplat import clock
from smplat.operations import switches

# A backlog is worked off over several firings, so that no run comes near the time limit of tasks.
FOLDS_PER_RUN: Final = 40
PURGES_PER_RUN: Final = 200


@shared_task(name="analytics.fold_offer_rollups")
def fold_offer_rollups() -> None:
    """Idempotent by the cursor: what is folded is never folded again, and of two at once one does nothing."""
    if not switches.is_on(ROLLUPS.name):
        return
    for _ in range(FOLDS_PER_RUN):
        if not fold(now=clock.now()).is_to_be_continued:
            return


@shared_task(name="analytics.create_offer_event_partitions")
def create_offer_event_partitions() -> None:
    """Idempotent: creates only months that are missing."""
    create(now=clock.now())


@shared_task(name="analytics.drop_expired_offer_events")
def drop_expired_offer_events() -> None:
    """Idempotent: drops only what is there and old; a run that was cut off is finished by the next."""
    if not switches.is_on(RETENTION.name):
        return
    now = clock.now()
    drop_expired(now=now, retention=settings.OFFER_EVENT_RETENTION)
    for _ in range(PURGES_PER_RUN):
        if purge(now=now, retention=settings.OFFER_EVENT_RETENTION).is_complete:
            return


@shared_task(name="analytics.check_offer_ledger")
def check_offer_ledger() -> None:
    """Idempotent: reads, and overwrites the verdict of each hour."""
    check_ledger(now=clock.now())
