"""What of analytics runs by itself."""

from datetime import timedelta
from typing import Final

from smplat import schedules
from smplat.schedules import Schedule

SCHEDULES: Final = (
    Schedule(
        name="fold-offer-rollups",
        task="analytics.fold_offer_rollups",
        every=timedelta(minutes=1),
        title="Figures of the offer funnel follow the events.",
    ),
    Schedule(
        name="check-offer-ledger",
        task="analytics.check_offer_ledger",
        every=timedelta(hours=1),
        title="Every event that was received is accounted for.",
    ),
    Schedule(
        name="create-offer-event-partitions",
        task="analytics.create_offer_event_partitions",
        every=timedelta(days=1),
        title="Events of the next three months find a partition.",
    ),
    Schedule(
        name="drop-expired-offer-events",
        task="analytics.drop_expired_offer_events",
        every=timedelta(days=1),
        title="Events older than their retention go.",
    ),
)


def register() -> None:
    """Called once, when the app is ready."""
    for schedule in SCHEDULES:
        schedules.register(schedule)
