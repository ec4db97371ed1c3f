"""Who is left unprompted, so that what prompting brings can be told from what would have happened anyway."""

import hashlib
from enum import StrEnum

# Shares are basis points: 10,000 is everybody.
EVERYBODY_BPS = 10_000


class Arm(StrEnum):
    """The two sides of the comparison."""

    PROMPTED = "prompted"
    HOLDOUT = "holdout"


def arm_of(*, customer_key: str, holdout_bps: int) -> Arm:
    """The arm of a customer: always the same for the same share, and only growing with it."""
    digest = hashlib.sha256(f"recovery-holdout:{customer_key}".encode()).digest()
    bucket = int.from_bytes(digest[:8]) % EVERYBODY_BPS
    return Arm.HOLDOUT if bucket < holdout_bps else Arm.PROMPTED
