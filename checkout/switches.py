"""What of the checkout can be stopped while the platform runs."""

from typing import Final

from smplat.operations import switches
from smplat.operations.switches import Switch

RECOVERY: Final = Switch(
    name="checkout.recovery",
    title="Checkout recovery",
    stops="Nobody is prompted and nothing is escalated by itself; what is due stays due and follows when it is on again.",
    # Unable to ask the database, a sweep has nothing to decide about either.
    safe_value=False,
)


def declare() -> None:
    """Called once, when the app is ready."""
    switches.declare(RECOVERY)
