"""An operator gives a journey an owner."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from onboarding.interventions import intervention, require_person
from onboarding.journeys import hold_journey, settle
from onboarding.terms import give_owner
from smplat.db import Receipt, transaction


@dataclass(frozen=True)
class OwnerAssigned:
    """The journey, and whether anything was written."""

    journey_id: UUID
    owner_id: int | None
    has_changed: bool


def assign_owner(
    *,
    journey_id: UUID,
    owner_id: int | None,
    reason: str,
    by: str,
    now: datetime,
    receipt: Receipt | None = None,
) -> OwnerAssigned:
    """Say who of ours answers for a journey; None: nobody any more.

    Raises:
        ReasonMissing: the reason is blank.
        UnknownPerson: there is no such member of staff.
        JourneyNotFound: there is none.
    """
    cause = intervention(by=by, reason=reason, at=now)
    with transaction(receipt=receipt) as keep:
        name = require_person(owner_id)
        held = hold_journey(journey_id)
        has_changed = give_owner(held, cause, owner_id=owner_id, name=name)
        if has_changed:
            settle(held=held, has_moved=False, at=now, now=now)
        return keep(OwnerAssigned(journey_id, owner_id, has_changed))
