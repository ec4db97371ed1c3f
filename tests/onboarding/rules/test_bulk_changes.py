"""One change to many journeys, as a plan."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from onboarding.rules.bulk_changes import (
    GiveOwner,
    JourneyState,
    LeftAlone,
    ShiftDueTimes,
    SkipTask,
    Step,
    TaskState,
    plan_change,
)

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
INTAKE, ASSETS = UUID(int=11), UUID(int=12)


def journey(*, number=1, owner_id=None, intake_open=True, due_at=NOW + DAY):
    return JourneyState(
        UUID(int=number),
        f"SM00000{number}",
        owner_id,
        [TaskState(INTAKE, "intake", intake_open, due_at), TaskState(ASSETS, "assets", is_open=True, due_at=None)],
    )


def plan(*journeys, change):
    return plan_change(journeys, change=change, now=NOW)


def test_an_open_task_of_the_name_is_skipped():
    step = Step(UUID(int=1), "SM000001", INTAKE, "intake", "open", "skipped")
    assert plan(journey(), change=SkipTask("intake")).steps == (step,)


def test_journeys_that_have_it_not_or_have_done_it_are_left_alone_with_the_reason():
    made = plan(journey(intake_open=False), journey(number=2, intake_open=False), change=SkipTask("intake"))
    assert [one.reason for one in made.left_alone] == ["task-completed", "task-completed"]
    assert plan(journey(), change=SkipTask("nothing")).left_alone == (
        LeftAlone(UUID(int=1), "SM000001", "no-such-task"),
    )


def test_due_times_of_open_tasks_that_have_one_move():
    (step,) = plan(journey(), change=ShiftDueTimes(3 * DAY)).steps
    assert (step.task_id, step.before, step.after) == (INTAKE, "2026-06-02 12:00", "2026-06-05 12:00")
    assert step.due_at == NOW + 4 * DAY


def test_a_due_time_never_moves_into_the_past():
    assert [one.reason for one in plan(journey(), change=ShiftDueTimes(-DAY, slug="intake")).left_alone] == [
        "would-be-overdue"
    ]


def test_an_owner_is_given_where_it_is_another_one():
    made = plan(journey(owner_id=7), journey(number=2), change=GiveOwner(7))
    assert [(step.journey_id, step.before, step.after) for step in made.steps] == [(UUID(int=2), "nobody", "7")]
    assert [one.reason for one in made.left_alone] == ["same-owner"]


def test_plans_that_do_the_same_have_the_same_digest():
    one, other = plan(journey(), change=SkipTask("intake")), plan(journey(), change=SkipTask("intake"))
    assert one.digest == other.digest
    assert one.digest != plan(journey(number=2), change=SkipTask("intake")).digest
