"""Where an order and its checkout stand together; every checkout rule starts from it."""

from dataclasses import dataclass

from checkout.states import OrderStatus, Stage, StageStatus


@dataclass(frozen=True)
class Position:
    """The pair of states that one action always moves together."""

    order_status: OrderStatus
    stage: Stage
    stage_status: StageStatus


@dataclass(frozen=True)
class Step:
    """One line for the checkout's event log: this stage reached this status."""

    stage: Stage
    status: StageStatus


START = Position(OrderStatus.PENDING, Stage.PAYMENT, StageStatus.NOT_STARTED)
END = Position(OrderStatus.COMPLETED, Stage.COMPLETED, StageStatus.COMPLETED)


def entering(stage: Stage) -> Step:
    """What reaching a stage looks like; the last one is complete on arrival."""
    return Step(stage, StageStatus.COMPLETED if stage is Stage.COMPLETED else StageStatus.NOT_STARTED)
