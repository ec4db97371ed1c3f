"""Whatever is done to a journey, in whatever order and by two at once: tables, log and a simple model agree."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import count
from typing import Any, ClassVar

import pytest
from django.db import connection
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from onboarding.actions.add_task import NewTask, add_task
from onboarding.actions.block_task import block_task
from onboarding.actions.receive_artifact import receive_artifact
from onboarding.actions.reopen_task import reopen_task
from onboarding.actions.request_artifact import request_artifact
from onboarding.actions.skip_task import skip_task
from onboarding.actions.toggle_task import toggle_task
from onboarding.actions.unblock_task import unblock_task
from onboarding.errors import TaskAlreadyDone
from onboarding.models import Journey, JourneyEvent
from onboarding.queries.records import compare_journeys
from onboarding.states import ActorType

EXAMPLES, STEPS = 8, 20
BY = {"reason": "because", "by": "alice"}
# The task that completes itself when all its artifacts have come in.
CHECKED = "assets"
pick = st.integers(min_value=0, max_value=1_000)


class JourneyMachine(RuleBasedStateMachine):
    """The model is a status for each task, the links that came in, and a count of changes."""

    begin: ClassVar[Callable[..., Journey]]
    start: ClassVar[datetime]

    @initialize()
    def open_journey(self) -> None:
        """A fresh journey of three tasks, one of which waits for an artifact."""
        self.journey = type(self).begin()
        self.ids = {task.slug: task.pk for task in self.journey.tasks.all()}
        self.statuses = dict.fromkeys(self.ids, "pending")
        self.links: dict[Any, str] = {artifact.pk: "" for artifact in self.journey.artifacts.all()}
        self.changes = 0
        self.clock = count(1)

    @rule(place=pick, completed=st.booleans())
    def toggle(self, place: int, completed: bool) -> None:
        slug = self.slug(place)
        self.call_toggle(slug, completed, self.now())
        self.expect_toggle(slug, completed)

    @rule(first=pick, second=pick, completed=st.tuples(st.booleans(), st.booleans()))
    def toggle_two_at_once(self, first: int, second: int, completed: tuple[bool, bool]) -> None:
        one, other = self.slug(first), self.slug(second)
        # Of two contradictions about one task either may come last, so both say the same of it.
        wanted = completed if one != other else (completed[0], completed[0])
        now = self.now()
        together(
            lambda: self.call_toggle(one, wanted[0], now),
            lambda: self.call_toggle(other, wanted[1], now),
        )
        self.expect_toggle(one, wanted[0])
        self.expect_toggle(other, wanted[1])

    @rule(place=pick)
    def skip(self, place: int) -> None:
        slug = self.slug(place)
        call = lambda: skip_task(journey_id=self.journey.pk, task_id=self.ids[slug], now=self.now(), **BY)  # noqa: E731
        if self.statuses[slug] == "completed":
            with pytest.raises(TaskAlreadyDone):
                call()
            return
        call()
        self.expect(slug, "skipped")

    @rule(place=pick)
    def reopen(self, place: int) -> None:
        slug = self.slug(place)
        reopen_task(journey_id=self.journey.pk, task_id=self.ids[slug], now=self.now(), **BY)
        if self.is_done(slug):
            self.expect(slug, "pending")

    @rule(place=pick)
    def block(self, place: int) -> None:
        slug = self.slug(place)
        if not self.is_done(slug):
            block_task(journey_id=self.journey.pk, task_id=self.ids[slug], now=self.now(), **BY)
            self.expect(slug, "blocked")

    @rule(place=pick)
    def unblock(self, place: int) -> None:
        slug = self.slug(place)
        unblock_task(journey_id=self.journey.pk, task_id=self.ids[slug], now=self.now(), **BY)
        if self.statuses[slug] == "blocked":
            self.expect(slug, "pending")
            self.expect_self_check(slug)

    @rule(place=pick, version=st.integers(min_value=1, max_value=2))
    def receive(self, place: int, version: int) -> None:
        artifact = sorted(self.links)[place % len(self.links)]
        link = f"https://files.example.test/{version}"
        call = lambda: receive_artifact(  # noqa: E731
            journey_id=self.journey.pk, artifact_id=artifact, url=link, actor=ActorType.CLIENT, now=self.now()
        )
        together(call, call)
        if self.links[artifact] != link:
            self.links[artifact] = link
            if self.statuses[CHECKED] == "pending":
                self.expect(CHECKED, "in_progress")
            self.expect_self_check(CHECKED)

    @precondition(lambda self: len(self.links) < 3)
    @rule()
    def request(self) -> None:
        asked = request_artifact(
            journey_id=self.journey.pk,
            task_id=self.ids[CHECKED],
            label=f"More {len(self.links)}",
            required=True,
            now=self.now(),
            **BY,
        )
        self.links[asked.artifact_id] = ""
        if self.statuses[CHECKED] == "completed":
            self.expect(CHECKED, "pending")

    @precondition(lambda self: len(self.ids) < 6)
    @rule()
    def add(self) -> None:
        new = NewTask(f"Extra {len(self.ids)}")
        added = add_task(journey_id=self.journey.pk, new=new, now=self.now(), **BY)
        slug = f"extra-{len(self.ids)}"
        self.ids[slug] = added.task_id
        self.statuses[slug] = "pending"

    @invariant()
    def everything_agrees(self) -> None:
        if not hasattr(self, "journey"):
            return
        journey = Journey.objects.get(pk=self.journey.pk)
        done = [slug for slug in self.statuses if self.is_done(slug)]
        expected = (Decimal(100 * len(done)) / len(self.statuses)).quantize(Decimal("0.01"), ROUND_HALF_UP)
        assert journey.progress_percentage == expected
        assert journey.status == ("completed" if len(done) == len(self.statuses) else "active")
        assert (journey.completed_at is not None) == (journey.status == "completed")
        stored = {task.slug: "skipped" if task.is_skipped else task.status for task in journey.tasks.all()}
        assert stored == self.statuses
        assert (
            JourneyEvent.objects.filter(order=journey.order_id, event_type="task_status_changed").count()
            == self.changes
        )
        (compared,) = compare_journeys([journey.pk])
        assert compared.differences == ()

    def slug(self, place: int) -> str:
        return sorted(self.ids)[place % len(self.ids)]

    def now(self) -> datetime:
        return type(self).start + timedelta(minutes=next(self.clock))

    def is_done(self, slug: str) -> bool:
        return self.statuses[slug] in {"completed", "skipped"}

    def call_toggle(self, slug: str, completed: bool, now: datetime) -> None:
        toggle_task(
            order_id=self.journey.order_id,
            task_id=self.ids[slug],
            completed=completed,
            actor=ActorType.CLIENT,
            now=now,
        )

    def expect_toggle(self, slug: str, completed: bool) -> None:
        if self.is_done(slug) != completed:
            self.expect(slug, "completed" if completed else "pending")

    def expect_self_check(self, slug: str) -> None:
        is_open = self.statuses[slug] in {"pending", "in_progress"}
        if slug == CHECKED and is_open and all(self.links.values()):
            self.expect(slug, "completed")

    def expect(self, slug: str, status: str) -> None:
        if self.statuses[slug] != status:
            self.statuses[slug] = status
            self.changes += 1


def together(*calls: Callable[[], Any]) -> None:
    """Both at the same time, each on a connection of its own; neither may fail."""

    def run(call: Callable[[], Any]) -> None:
        try:
            call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        for future in [pool.submit(run, call) for call in calls]:
            future.result()


@pytest.mark.django_db(transaction=True)
def test_tables_log_and_model_agree_whatever_is_done(begin: Callable[..., Journey], now: datetime) -> None:
    machine = type("Machine", (JourneyMachine,), {"begin": staticmethod(begin), "start": now})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
