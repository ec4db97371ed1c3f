"""What of analytics can be stopped while the platform runs."""

from typing import ClassVar, Final

from smplat.errors import Unavailable
from smplat.operations import switches
from smplat.operations.switches import Switch

INGEST: Final = Switch(
    name="analytics.ingest",
    title="Offer event ingest",
    stops="Offer events are answered with 503 and Retry-After; storefronts keep them and send them again.",
    safe_value=True,
)
ROLLUPS: Final = Switch(
    name="analytics.rollups",
    title="Offer rollups",
    stops="Figures of the console stand still; events are stored and folded once it is on again.",
    safe_value=True,
)
RETENTION: Final = Switch(
    name="analytics.retention",
    title="Offer event retention",
    stops="No partition is dropped and no key purged; tables grow.",
    safe_value=False,
)


class IngestStopped(Unavailable):
    """The ingest is switched off, send the events again later."""

    code: ClassVar[str] = "ingest-stopped"
    # A person switched it off: seconds would not help.
    retry_after_seconds: ClassVar[int] = 30


def declare() -> None:
    """Called once, when the app is ready."""
    for switch in (INGEST, ROLLUPS, RETENTION):
        switches.declare(switch)


def require_ingest() -> None:
    """Raise IngestStopped while the ingest is switched off."""
    if not switches.is_on(INGEST.name):
        raise IngestStopped
