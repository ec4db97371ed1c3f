"""Look at one journey whose log seems to tell something else, while nobody can change it."""

from uuid import UUID

from onboarding.journeys import hold_journey
from onboarding.queries.records import Compared, compare_journeys
from smplat.db import transaction


def check_journey(*, journey_id: UUID) -> Compared:
    """What its log tells otherwise than its tables. Changes nothing.

    Raises:
        JourneyNotFound: there is none.
    """
    with transaction():
        hold_journey(journey_id)
        (compared,) = compare_journeys([journey_id])
        return compared
