"""The storefront says that a client's onboarding begins, or tells more about it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from onboarding.journeys import settle
from onboarding.opening import hold_or_open_journey
from onboarding.self_completion import complete_what_is_done
from onboarding.states import SelfCheck
from smplat.db import Receipt, transaction

ACCOUNTS = "platform_contexts"


@dataclass(frozen=True)
class Introduction:
    """What the storefront says; what it leaves out stays as it was."""

    referral_code: str = ""
    # Any of offer, addons, support, platform_contexts.
    context: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class JourneyStarted:
    """The journey, and whether this call made it."""

    journey_id: UUID
    order_id: UUID
    is_new: bool


def start_journey(
    *, order_id: UUID, introduction: Introduction, now: datetime, receipt: Receipt | None = None
) -> JourneyStarted:
    """Make the order's journey if there is none yet, and take in what the storefront says. Saying it twice changes nothing.

    Raises:
        OrderNotFound: there is no such order.
    """
    with transaction(receipt=receipt) as keep:
        held, is_new = hold_or_open_journey(order_id=order_id, at=now, now=now)
        journey = held.journey
        said = {key: value for key, value in introduction.context.items() if value is not None}
        context = {**journey.context, **said}
        code = introduction.referral_code or journey.referral_code
        if (context, code) != (journey.context, journey.referral_code):
            names_accounts = context.get(ACCOUNTS) != journey.context.get(ACCOUNTS)
            journey.context, journey.referral_code = context, code
            checks = {SelfCheck.PLATFORM_CONTEXT_GIVEN} if names_accounts else frozenset()
            has_moved = complete_what_is_done(held=held, at=now, checks=checks)
            settle(held=held, has_moved=has_moved, at=now, now=now)
        return keep(JourneyStarted(journey.pk, order_id, is_new))
