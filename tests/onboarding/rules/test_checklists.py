"""Whether a checklist makes sense, and what moving a journey to it changes."""

from uuid import UUID

import pytest

from onboarding.errors import InvalidTemplate
from onboarding.rules.checklists import Line, MoveTotals, TaskFact, check_lines, plan_move
from onboarding.states import SelfCheck

LINES = [Line("intake", "Brief"), Line("contract", "Contract", depends_on="intake")]


def move(*tasks, lines=LINES):
    return plan_move(journey_id=UUID(int=1), order_number="SM000001", tasks=tasks, lines=lines)


def test_a_checklist_that_makes_sense():
    check_lines(LINES)


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ([], "1 to 50 tasks"),
        ([Line(f"task-{number}", "Task") for number in range(51)], "1 to 50 tasks"),
        ([Line("intake", "One"), Line("intake", "Two")], "same name"),
        ([Line("intake", " ")], "a name and a title"),
        ([Line("", "Brief")], "a name and a title"),
        ([Line("intake", "Brief", depends_on="nothing")], "not in the checklist"),
        ([Line("a", "A", depends_on="b"), Line("b", "B", depends_on="a")], "in a circle"),
        ([Line("assets", "Files", self_check=SelfCheck.ARTIFACTS_RECEIVED)], "asks for no artifact"),
    ],
)
def test_a_checklist_that_nobody_could_finish(lines, sentence):
    with pytest.raises(InvalidTemplate, match=sentence):
        check_lines(lines)


def test_open_tasks_that_the_version_has_not_are_dropped_and_new_ones_added():
    found = move(
        TaskFact("intake", is_completed=False, is_from_template=True),
        TaskFact("assets", is_completed=False, is_from_template=True),
    )
    assert (found.kept, found.added, found.dropped) == (("intake",), ("contract",), ("assets",))
    assert not found.completes


def test_what_is_done_and_what_a_person_added_stays():
    found = move(
        TaskFact("assets", is_completed=True, is_from_template=True),
        TaskFact("extra", is_completed=False, is_from_template=False),
    )
    assert (found.kept, found.dropped) == (("assets", "extra"), ())


def test_a_move_that_leaves_nothing_to_do_says_so():
    found = move(
        TaskFact("intake", is_completed=True, is_from_template=True),
        TaskFact("assets", is_completed=False, is_from_template=True),
        lines=[Line("intake", "Brief")],
    )
    assert found.completes
    assert MoveTotals().with_move(found) == MoveTotals(journeys=1, kept=1, added=0, dropped=1, completing=1)
