"""Checklists get versions; live journeys move to them only when somebody says so."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from onboarding.actions.add_task import NewTask, add_task
from onboarding.actions.move_journeys import move_journeys
from onboarding.actions.publish_template_version import NewVersion, publish_template_version
from onboarding.actions.skip_task import skip_task
from onboarding.errors import CategoryTaken, InvalidTemplate, ReasonMissing, TemplateNotFound, TemplateOutdated
from onboarding.models import JourneyEvent, JourneyTemplate, SlaBreach
from onboarding.queries.records import compare_journeys
from onboarding.rules.checklists import Line, MoveTotals
from onboarding.states import SelfCheck
from onboarding.template_moves import preview_moves
from onboarding.templates import lines_of

HOUR = timedelta(hours=1)
SHORTER = (
    Line("intake", "Tell us more", sort_order=1, due_after_hours=24),
    Line("contract", "Sign the contract", sort_order=2, due_after_hours=48, required_artifacts=("Contract",)),
)


@pytest.fixture
def publish(_defaults, now):
    def publish(lines=SHORTER, *, based_on=1, reason="shorter", **more):
        new = NewVersion(**{"slug": "default", "title": "Standard onboarding", **more}, lines=lines, based_on=based_on)
        return publish_template_version(new=new, reason=reason, by="alice", now=now)

    return publish


@pytest.fixture
def move(now):
    def move(published, **more):
        return move_journeys(
            template_id=published.template_id, **{"reason": "shorter", "by": "alice", "now": now + HOUR, **more}
        )

    return move


@pytest.mark.django_db
def test_a_published_version_is_current_and_new_journeys_take_it(publish, begin):
    old = begin()
    published = publish()
    assert (published.version, published.is_new) == (2, True)
    assert JourneyTemplate.objects.get(is_current=True).version == 2
    assert [task.slug for task in begin().tasks.order_by("sort_order")] == ["intake", "contract"]
    assert old.tasks.count() == 3


@pytest.mark.django_db
def test_publishing_twice_is_publishing_once(publish):
    first = publish()
    again = publish(based_on=2)
    assert (again.template_id, again.is_new) == (first.template_id, False)
    assert JourneyTemplate.objects.count() == 2


@pytest.mark.django_db
def test_a_version_drawn_up_from_an_older_one_is_refused(publish):
    publish()
    with pytest.raises(TemplateOutdated):
        publish([Line("intake", "Brief")], based_on=1)
    assert JourneyTemplate.objects.count() == 2


@pytest.mark.django_db
def test_a_category_has_one_template(publish, begin):
    publish(slug="instagram", title="Instagram", based_on=0, product_category="instagram")
    assert begin().template.slug == "instagram"
    with pytest.raises(CategoryTaken):
        publish(slug="insta", title="Insta", based_on=0, product_category="instagram")
    assert JourneyTemplate.objects.count() == 2


@pytest.mark.django_db
def test_what_cannot_be_published(publish):
    with pytest.raises(ReasonMissing):
        publish(reason=" ")
    with pytest.raises(InvalidTemplate):
        publish([])
    assert JourneyTemplate.objects.count() == 1


def test_the_preview_says_what_the_move_does(publish, begin, act, move, now):
    journey, done = begin(), begin()
    act(skip_task, journey, "assets")
    act(add_task, journey, new=NewTask("Extra"))
    for slug in ("intake", "assets", "collaboration"):
        act(skip_task, done, slug)
    published = publish()
    preview = preview_moves(published.template_id)
    (planned,) = preview.first
    assert (planned.kept, planned.added, planned.dropped) == (
        ("intake", "assets", "extra"),
        ("contract",),
        ("collaboration",),
    )
    assert preview.totals == MoveTotals(journeys=1, kept=3, added=1, dropped=1, completing=0)
    moved = move(published)
    assert (moved.totals, moved.remaining) == (preview.totals, 0)
    journey.refresh_from_db()
    assert str(journey.template) == "default v2"
    tasks = {task.slug: task for task in journey.tasks.all()}
    assert tasks["collaboration"].dropped_at == now + HOUR
    assert (tasks["intake"].title, tasks["intake"].due_at) == ("Tell us more", now + 48 * HOUR)
    assert (tasks["contract"].due_at, tasks["contract"].artifacts.get().label) == (now + 49 * HOUR, "Contract")
    assert (tasks["assets"].is_skipped, tasks["extra"].dropped_at) == (True, None)
    assert str(journey.progress_percentage) == "25.00"
    assert [one.differences for one in compare_journeys([journey.pk])] == [()]


def test_moving_twice_is_moving_once(publish, begin, move):
    begin()
    published = publish()
    move(published)
    events = JourneyEvent.objects.count()
    assert move(published).totals.journeys == 0
    assert JourneyEvent.objects.count() == events


def test_a_batch_at_a_time(publish, begin, move):
    for _ in range(3):
        begin()
    published = publish()
    assert move(published, limit=2).remaining == 1
    assert move(published, limit=2).remaining == 0


def test_a_task_that_was_dropped_counts_again_when_a_version_brings_it_back(publish, begin, move, now):
    journey = begin()
    original = lines_of(journey.template)
    move(publish())
    move(publish(original, based_on=2), now=now + 2 * HOUR)
    journey.refresh_from_db()
    tasks = {task.slug: task for task in journey.tasks.all()}
    assert (tasks["assets"].dropped_at, tasks["assets"].due_at) == (None, now + 98 * HOUR)
    assert tasks["contract"].dropped_at == now + 2 * HOUR
    assert tasks["assets"].artifacts.count() == 1
    assert [one.differences for one in compare_journeys([journey.pk])] == [()]


def test_a_task_that_is_dropped_after_its_due_time_has_missed_it(publish, begin, move, now):
    journey = begin()
    move(publish(), now=now + 97 * HOUR)
    breaches = SlaBreach.objects.filter(journey=journey)
    assert [(breach.task.slug, breach.due_at) for breach in breaches] == [("assets", now + 96 * HOUR)]


def test_what_the_self_check_of_an_added_task_asks_for_may_be_there_already(publish, begin, move):
    journey = begin(context={"platform_contexts": [{"id": "a", "label": "A"}]})
    line = Line("accounts", "Name your accounts", self_check=SelfCheck.PLATFORM_CONTEXT_GIVEN)
    move(publish([line]))
    journey.refresh_from_db()
    assert (journey.status, journey.tasks.get(slug="accounts").status) == ("completed", "completed")


def test_only_the_current_version_is_moved_to(publish, begin, move):
    journey = begin()
    old = journey.template
    published = publish()
    with pytest.raises(TemplateOutdated):
        move(replace(published, template_id=old.pk))
    with pytest.raises(TemplateNotFound):
        move(replace(published, template_id=UUID(int=1)))
    with pytest.raises(ReasonMissing):
        move(published, reason="")
    assert not JourneyEvent.objects.filter(event_type="template_changed").exists()
