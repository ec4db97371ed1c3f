"""Add the events that were committed since the last fold to the rollups, each exactly once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.db import connection

from analytics.models import OfferEvent, RollupCursor
from analytics.rollup_sums import add_transactions, lock_cursor
from smplat import db

# So many events are folded in a second or two; a backlog is worked off in several transactions.
EVENTS_PER_FOLD: Final = 200_000


class DatabaseWasRestored(RuntimeError):
    """The rollups have folded transactions that this database has not reached: it was restored elsewhere.

    docs/analytics.md, "After a restore", says what to do.
    """

    def __str__(self) -> str:
        return " ".join((self.__doc__ or "").split())


@dataclass(frozen=True, slots=True)
class Folded:
    """What one fold did."""

    events: int
    # Whether there is more to fold now, by us: a window may hold no event and still not be the last.
    is_to_be_continued: bool


def fold_offer_rollups(*, now: datetime, most: int = EVENTS_PER_FOLD) -> Folded:
    """Fold the next window of transactions, about `most` events, and move the cursor, in one transaction.

    A window ends below the oldest transaction that still runs anywhere in the cluster: all in it have ended, so none of
    its events can appear later, however slowly it was committed. Of two folds at once one does nothing.

    Raises:
        DatabaseWasRestored: the cursor is ahead of the database's transactions.
    """
    with db.transaction():
        cursor = lock_cursor(wait=False)
        if cursor is None:
            return Folded(events=0, is_to_be_continued=False)
        horizon = oldest_running_transaction()
        if horizon < cursor.horizon:
            raise DatabaseWasRestored
        high = _end_of_window(low=cursor.horizon, horizon=horizon, most=most)
        events = add_transactions(low=cursor.horizon, high=high)
        if high > cursor.horizon:
            RollupCursor.objects.filter(pk=cursor.pk).update(horizon=high, moved_at=now)
    return Folded(events=events, is_to_be_continued=high < horizon)


def oldest_running_transaction() -> int:
    """All transactions with a smaller id have ended, and what they committed is visible to the next statement."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        (horizon,) = cursor.fetchone()
    return int(horizon)


def _end_of_window(*, low: int, horizon: int, most: int) -> int:
    """The horizon, or the transaction at which about `most` events are reached; one transaction is never split."""
    waiting = OfferEvent.objects.filter(committed_in__gte=low, committed_in__lt=horizon).order_by("committed_in")
    beyond = waiting.values_list("committed_in", flat=True)[most : most + 1].first()
    if beyond is None:
        return horizon
    return beyond if beyond > low else low + 1
