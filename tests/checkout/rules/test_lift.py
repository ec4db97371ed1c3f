"""The lift is stated with its uncertainty, or not at all."""

import pytest

from checkout.rules.lift import ArmResult, lift_of


def test_too_few_customers_give_no_figure():
    assert lift_of(prompted=ArmResult(1000, 500), holdout=ArmResult(29, 3)) is None


def test_the_interval_is_newcombes():
    # Newcombe 1998, table II, example (a): 56/70 against 48/80, method 10 gives 0.0524 to 0.3339.
    lift = lift_of(prompted=ArmResult(70, 56), holdout=ArmResult(80, 48))
    assert lift is not None
    assert lift.difference == pytest.approx(0.2)
    assert (lift.low, lift.high) == (pytest.approx(0.0524, abs=5e-5), pytest.approx(0.3339, abs=5e-5))
    assert lift.is_clear


def test_no_difference_is_not_clear():
    lift = lift_of(prompted=ArmResult(500, 50), holdout=ArmResult(500, 50))
    assert lift is not None
    assert not lift.is_clear
