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


class NothingToChange(Conflict):
    """It is already so."""

    code = "nothing-to-change"


class InvalidDueTime(Invalid):
    """A due time lies ahead."""

    code = "invalid-due-time"
