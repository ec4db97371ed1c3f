"""The command that proves logs against tables."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from onboarding.actions.skip_task import skip_task
from onboarding.models import Task


@pytest.fixture
def check():
    def check(**options):
        out, err = StringIO(), StringIO()
        call_command("check_journeys", stdout=out, stderr=err, **options)
        return out.getvalue().strip()

    return check


@pytest.fixture
def journey(begin, now):
    journey = begin()
    task = journey.tasks.get(slug="intake")
    skip_task(journey_id=journey.pk, task_id=task.pk, reason="holiday", by="alice", now=now)
    return journey


def test_journeys_that_agree_with_their_logs(check, journey):
    assert check() == "checked=1 differing=0"
    assert check(order=journey.order.order_number) == "checked=1 differing=0"


def test_a_row_that_somebody_changed_by_hand_is_found(journey):
    Task.objects.filter(slug="intake").update(is_skipped=False)
    err = StringIO()
    with pytest.raises(CommandError, match="checked=1 differing=1"):
        call_command("check_journeys", stderr=err)
    assert err.getvalue() == (
        f"{journey.order.order_number}: task intake, is_skipped: the log says True, the tables say False.\n"
    )


@pytest.mark.django_db
def test_an_order_without_a_journey_is_named(check):
    with pytest.raises(CommandError, match="Order SM999999 has no journey"):
        check(order="SM999999")
