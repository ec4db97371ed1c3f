"""The five stages as a person sees them: what is done, where it stands, what lies ahead."""

from dataclasses import dataclass
from enum import StrEnum

from checkout.rules.position import Position
from checkout.states import STAGES, OrderStatus, Stage, StageStatus


class Look(StrEnum):
    """How one stage is drawn."""

    DONE = "done"
    CURRENT = "current"
    WAITING = "waiting"  # current, and for somebody else
    FAILED = "failed"
    STOPPED = "stopped"  # the order is on hold or canceled here
    AHEAD = "ahead"


@dataclass(frozen=True)
class StageBox:
    """One stage of the diagram: its name, its state in a word, and how it is drawn."""

    title: str
    state: str
    look: Look


def draw_stages(position: Position) -> list[StageBox]:
    """The diagram of one checkout, in the order of the stages."""
    return [_box(stage, position) for stage in STAGES]


def _box(stage: Stage, position: Position) -> StageBox:
    if stage.position < position.stage.position or position.stage is Stage.COMPLETED:
        return StageBox(stage.label, "Done", Look.DONE)
    if stage is not position.stage:
        return StageBox(stage.label, "Ahead", Look.AHEAD)
    if position.order_status in {OrderStatus.CANCELED, OrderStatus.ON_HOLD}:
        return StageBox(stage.label, position.order_status.label, Look.STOPPED)
    looks = {StageStatus.FAILED: Look.FAILED, StageStatus.WAITING: Look.WAITING}
    return StageBox(stage.label, position.stage_status.label, looks.get(position.stage_status, Look.CURRENT))
