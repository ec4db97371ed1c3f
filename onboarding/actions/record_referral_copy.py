"""A client copies the referral code."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from onboarding.journeys import settle, write_event
from onboarding.opening import hold_or_open_journey
from onboarding.states import JourneyEventType
from smplat.db import Receipt, transaction


@dataclass(frozen=True)
class ReferralCopyRecorded:
    """Where it was recorded."""

    journey_id: UUID


def record_referral_copy(
    *, order_id: UUID, referral_code: str, now: datetime, receipt: Receipt | None = None
) -> ReferralCopyRecorded:
    """Record the copy, every time; the journey is made if there is none and takes the code if it has none.

    Raises:
        OrderNotFound: there is no such order.
    """
    with transaction(receipt=receipt) as keep:
        held, _ = hold_or_open_journey(order_id=order_id, at=now, now=now)
        write_event(
            journey=held.journey,
            event_type=JourneyEventType.REFERRAL_COPIED,
            metadata={"referral_code": referral_code},
            at=now,
        )
        if referral_code and not held.journey.referral_code:
            held.journey.referral_code = referral_code
            settle(held=held, has_moved=False, at=now, now=now)
        return keep(ReferralCopyRecorded(held.journey.pk))
