"""Quarter hours in UTC: the grain of rollups. Every time zone in use is whole quarter hours away from UTC."""

from datetime import UTC, datetime, timedelta
from typing import Final

BUCKET: Final = timedelta(minutes=15)
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def floor_to_bucket(moment: datetime) -> datetime:
    """Start of the bucket that `moment` lies in."""
    return moment.astimezone(UTC) - (moment - EPOCH) % BUCKET


def ceil_to_bucket(moment: datetime) -> datetime:
    """Start of the first bucket that does not begin before `moment`."""
    start = floor_to_bucket(moment)
    return start if start == moment else start + BUCKET
