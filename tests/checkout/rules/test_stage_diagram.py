"""The diagram says where a checkout stands."""

import pytest

from checkout.rules.position import END, START, Position
from checkout.rules.stage_diagram import Look, draw_stages
from checkout.states import OrderStatus, Stage, StageStatus

A = Look.AHEAD
D = Look.DONE
WORKS = Position(OrderStatus.PROCESSING, Stage.LOYALTY_HOLD, StageStatus.IN_PROGRESS)


@pytest.mark.parametrize(
    ("position", "looks"),
    [
        (START, [Look.CURRENT, A, A, A, A]),
        (WORKS, [D, D, Look.CURRENT, A, A]),
        (Position(OrderStatus.PENDING, Stage.PAYMENT, StageStatus.WAITING), [Look.WAITING, A, A, A, A]),
        (Position(OrderStatus.ACTIVE, Stage.FULFILLMENT, StageStatus.FAILED), [D, D, D, Look.FAILED, A]),
        (Position(OrderStatus.CANCELED, Stage.VERIFICATION, StageStatus.FAILED), [D, Look.STOPPED, A, A, A]),
        (END, [D, D, D, D, D]),
    ],
)
def test_each_stage_is_drawn_as_it_stands(position, looks):
    assert [box.look for box in draw_stages(position)] == looks


def test_the_state_is_in_words_as_well():
    assert [(box.title, box.state) for box in draw_stages(WORKS)] == [
        ("Payment", "Done"),
        ("Verification", "Done"),
        ("Loyalty hold", "In progress"),
        ("Fulfillment", "Ahead"),
        ("Completed", "Ahead"),
    ]
