"""Whose turn it is, and who answers for a due time that passed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from onboarding.rules.sla import OpenTask, Side, Situation, Turn, find_breach, time_by_side, whose_turn

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
TASK = OpenTask(is_blocked=False, waits_for="", is_assigned=False, has_all_artifacts=False)
OPEN = Situation(is_over=False, is_provider_held=False, is_held_by_us=False, tasks=[TASK])


@pytest.mark.parametrize(
    ("situation", "turn"),
    [
        (OPEN, (Side.CLIENT, "task-open")),
        (replace(OPEN, is_over=True), (Side.NOBODY, "nothing-open")),
        (replace(OPEN, tasks=[]), (Side.NOBODY, "nothing-open")),
        (replace(OPEN, is_provider_held=True, is_held_by_us=True), (Side.PROVIDER, "provider-held")),
        (replace(OPEN, is_held_by_us=True), (Side.US, "held")),
        (replace(OPEN, tasks=[TASK, replace(TASK, is_assigned=True)]), (Side.US, "assigned")),
        (replace(OPEN, tasks=[replace(TASK, is_blocked=True)]), (Side.US, "task-blocked")),
        (replace(OPEN, tasks=[TASK, replace(TASK, has_all_artifacts=True)]), (Side.US, "artifacts-to-review")),
        # What has to wait for another task is nobody's turn yet.
        (replace(OPEN, tasks=[TASK, replace(TASK, is_assigned=True, waits_for="intake")]), (Side.CLIENT, "task-open")),
        (replace(OPEN, tasks=[replace(TASK, waits_for="gone")]), (Side.US, "dependency-never-done")),
    ],
)
def test_it_is_the_turn_of_whoever_has_to_move(situation, turn):
    assert whose_turn(situation) == turn


def test_time_is_counted_by_side_between_two_moments():
    turns = [Turn(Side.CLIENT, NOON), Turn(Side.PROVIDER, NOON + 2 * HOUR), Turn(Side.US, NOON + 3 * HOUR)]
    waited = time_by_side(turns=turns, since=NOON + HOUR, until=NOON + 7 * HOUR)
    assert waited == {Side.CLIENT: HOUR, Side.PROVIDER: HOUR, Side.US: 4 * HOUR, Side.NOBODY: timedelta(0)}


def test_turns_after_the_end_do_not_count():
    turns = [Turn(Side.CLIENT, NOON), Turn(Side.US, NOON + 5 * HOUR)]
    waited = time_by_side(turns=turns, since=NOON, until=NOON + 2 * HOUR)
    assert (waited[Side.CLIENT], waited[Side.US]) == (2 * HOUR, timedelta(0))


def test_without_turns_nobody_waited():
    assert set(time_by_side(turns=[], since=NOON, until=NOON + HOUR).values()) == {timedelta(0)}


@pytest.mark.parametrize(
    ("turns", "charged_to"),
    [
        ([Turn(Side.CLIENT, NOON)], Side.CLIENT),
        ([Turn(Side.CLIENT, NOON), Turn(Side.US, NOON + 9 * HOUR)], Side.CLIENT),
        ([Turn(Side.CLIENT, NOON), Turn(Side.PROVIDER, NOON + 4 * HOUR)], Side.PROVIDER),
        # Half and half: ours.
        ([Turn(Side.CLIENT, NOON), Turn(Side.US, NOON + 5 * HOUR)], Side.US),
        ([Turn(Side.US, NOON), Turn(Side.CLIENT, NOON + 11 * HOUR)], Side.US),
    ],
)
def test_a_breach_is_charged_to_the_side_that_had_most_of_the_time(turns, charged_to):
    due = NOON + 10 * HOUR
    breach = find_breach(turns=turns, opened_at=NOON, due_at=due, now=due)
    assert breach is not None
    assert (breach.at, breach.charged_to) == (due, charged_to)
    assert sum(breach.waited.values(), timedelta(0)) == 10 * HOUR


@pytest.mark.parametrize("due_at", [None, NOON + timedelta(seconds=1)])
def test_what_is_not_late_is_no_breach(due_at):
    assert find_breach(turns=[Turn(Side.US, NOON)], opened_at=NOON, due_at=due_at, now=NOON) is None
