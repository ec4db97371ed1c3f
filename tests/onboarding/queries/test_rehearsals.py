"""A checklist tried on the orders of the last quarter."""

from datetime import timedelta

import pytest

from checkout.actions.record_stage_event import StageReport, record_stage_event
from checkout.rules.position import Step
from checkout.states import Stage, StageStatus
from onboarding.actions.toggle_task import toggle_task
from onboarding.models import Interaction, JourneyEvent, NudgePolicy
from onboarding.queries.rehearsals import rehearse_checklist
from onboarding.rules.checklists import Line
from onboarding.states import ActorType

DAY = timedelta(days=1)
LINES = [Line("intake", "Brief"), Line("contract", "Contract")]


@pytest.fixture
def pay(place):
    def pay(at, **more):
        order = place(placed_at=at, **more)
        report = StageReport(Step(Stage.PAYMENT, StageStatus.COMPLETED), "card ok", {}, None, {}, at)
        record_stage_event(order_id=order.pk, report=report, now=at)
        return order

    return pay


@pytest.fixture
def rehearse(now):
    NudgePolicy.objects.update(max_per_task=2, cap=50)

    def rehearse(lines=LINES, category="", **more):
        return rehearse_checklist(lines=lines, product_category=category, now=now, **more)

    return rehearse


@pytest.mark.usefixtures("_defaults")
def test_real_times_of_real_tasks_count(pay, begin, rehearse, now):
    paid_at = now - 30 * DAY
    order = pay(paid_at)
    journey = begin(order, at=paid_at)
    task = journey.tasks.get(slug="intake")
    toggle_task(order_id=order.pk, task_id=task.pk, completed=True, actor=ActorType.CLIENT, now=paid_at + DAY / 2)
    before = (JourneyEvent.objects.count(), Interaction.objects.count())
    report = rehearse()
    assert (report.result.orders, report.result.messages, report.result.named) == (1, 2, {"contract": 2})
    assert len(report.assumptions) == 5
    assert (JourneyEvent.objects.count(), Interaction.objects.count()) == before


@pytest.mark.usefixtures("_defaults")
def test_orders_that_are_older_unpaid_or_of_another_category_do_not_count(pay, place, rehearse, now):
    pay(now - 100 * DAY)
    place()
    pay(now - 2 * DAY)
    assert rehearse().result.orders == 1
    assert rehearse(category="instagram").result.orders == 1
    assert rehearse(category="youtube").result.orders == 0


@pytest.mark.usefixtures("_defaults")
def test_the_newest_are_taken_and_it_is_said(pay, rehearse, now):
    for days in (2, 3):
        pay(now - days * DAY)
    report = rehearse(most_orders=1)
    assert (report.result.orders, report.is_capped) == (1, True)
