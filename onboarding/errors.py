"""What can go wrong with a journey."""

from smplat.errors import Conflict, Invalid, NotFound, Refusal


class JourneyNotFound(NotFound):
    """Journey not found"""

    code = "journey-not-found"


class TaskNotFound(NotFound):
    """Task not found"""

    code = "task-not-found"


class ArtifactNotFound(NotFound):
    """Artifact not found"""

    code = "artifact-not-found"


class UnsupportedChannel(Refusal):
    """Unsupported channel"""

    code = "unsupported-channel"


class TaskSlugTaken(Conflict):
    """The journey already has a task of this name."""

    code = "task-slug-taken"


class TaskAlreadyDone(Conflict):
    """The task is completed already."""

    code = "task-already-done"


class ReasonMissing(Invalid):
    """A reason is needed: the client or a colleague will ask."""

    code = "reason-missing"


class InvalidDueTime(Invalid):
    """A due time lies ahead."""

    code = "invalid-due-time"


class InvalidLink(Invalid):
    """A link begins with https:// or http:// and names a host."""

    code = "invalid-link"


class InvalidTask(Invalid):
    """A task needs a title, and may only wait for another task of its journey."""

    code = "invalid-task"


class LabelMissing(Invalid):
    """Say what the client should hand in."""

    code = "label-missing"


class UnknownPerson(Invalid):
    """There is no such member of staff."""

    code = "unknown-person"


class PlanChanged(Conflict):
    """The journeys have changed since the preview; look at it again."""

    code = "plan-changed"


class TooManyJourneys(Invalid):
    """Change at most 1,000 journeys at once."""

    code = "too-many-journeys"


class TemplateNotFound(NotFound):
    """Checklist not found"""

    code = "template-not-found"


class InvalidTemplate(Invalid):
    """The checklist does not make sense."""

    code = "invalid-template"


class TemplateOutdated(Conflict):
    """Somebody published another version meanwhile; look at it first."""

    code = "template-outdated"


class CategoryTaken(Conflict):
    """Another checklist is for this category."""

    code = "category-taken"


class NudgePolicyChanged(Conflict):
    """Somebody changed this policy meanwhile: look at it again."""

    code = "nudge-policy-changed"


class NudgePolicyInvalid(Invalid):
    """A value of the policy is not acceptable."""

    code = "nudge-policy-invalid"
