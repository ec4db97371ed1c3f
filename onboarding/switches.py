"""What of onboarding can be stopped while the platform runs."""

from typing import Final

from smplat.operations import switches
from smplat.operations.switches import Switch

NUDGES: Final = Switch(
    name="onboarding.nudges",
    title="Onboarding nudges",
    stops="Nobody is reminded by itself; what is due stays due and follows when it is on again. People can still write.",
    # Unable to ask the database, a sweep has nothing to decide about either.
    safe_value=False,
)


def declare() -> None:
    """Called once, when the app is ready."""
    switches.declare(NUDGES)
