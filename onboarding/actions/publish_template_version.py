"""A person publishes a version of a checklist: new journeys take it from now on."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from onboarding.errors import CategoryTaken, ReasonMissing, TemplateOutdated
from onboarding.models import JourneyTemplate, TemplateTask
from onboarding.rules.checklists import Line, check_lines
from onboarding.templates import lines_of
from smplat import history
from smplat.db import Receipt, constraint_errors, transaction


@dataclass(frozen=True)
class NewVersion:
    """What is to be published. `based_on` is the version it was drawn up from; 0 for a new template."""

    slug: str
    title: str
    lines: Sequence[Line]
    based_on: int
    product_category: str = ""


@dataclass(frozen=True)
class VersionPublished:
    """The current version, and whether this call made it."""

    template_id: UUID
    version: int
    is_new: bool


def publish_template_version(
    *, new: NewVersion, reason: str, by: str, now: datetime, receipt: Receipt | None = None
) -> VersionPublished:
    """Make a further version current. Live journeys stay on theirs; publishing what is current already makes none.

    Raises:
        ReasonMissing: the reason is blank.
        InvalidTemplate: nobody could finish it.
        TemplateOutdated: another version is current than it was based on.
        CategoryTaken: another template is current for the category.
    """
    if not reason.strip():
        raise ReasonMissing(field="reason")
    check_lines(new.lines)
    taken = {
        "one_current_template_per_category": CategoryTaken(field="product_category"),
        "one_template_per_slug_and_version": TemplateOutdated(),
        "one_current_version_per_template": TemplateOutdated(),
    }
    with transaction(receipt=receipt) as keep, history.why(reason.strip()), constraint_errors(taken):
        current = JourneyTemplate.objects.select_for_update().filter(slug=new.slug, is_current=True).first()
        if current and _is_same(current, new):
            return keep(VersionPublished(current.pk, current.version, is_new=False))
        if (current.version if current else 0) != new.based_on:
            raise TemplateOutdated
        published = _publish(new, current=current, by=by, now=now)
        return keep(VersionPublished(published.pk, published.version, is_new=True))


def _is_same(current: JourneyTemplate, new: NewVersion) -> bool:
    said = (new.title, new.product_category, sorted(new.lines, key=_place))
    return said == (current.title, current.product_category, sorted(lines_of(current), key=_place))


def _place(line: Line) -> tuple[int, str]:
    return line.sort_order, line.slug


def _publish(new: NewVersion, *, current: JourneyTemplate | None, by: str, now: datetime) -> JourneyTemplate:
    if current:
        JourneyTemplate.objects.filter(pk=current.pk).update(is_current=False)
    published = JourneyTemplate.objects.create(
        slug=new.slug,
        version=new.based_on + 1,
        title=new.title,
        product_category=new.product_category,
        is_current=True,
        created_at=now,
        created_by=by,
    )
    TemplateTask.objects.bulk_create(
        TemplateTask(template=published, **{**asdict(line), "required_artifacts": list(line.required_artifacts)})
        for line in new.lines
    )
    return published
