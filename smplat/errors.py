"""What can go wrong, said once. A refusal carries everything a door needs to answer: code, status, sentence, field."""

from collections.abc import Mapping
from typing import Any, ClassVar


class Refusal(Exception):
    """The request was understood and is refused."""

    # The docstring of each subclass is its default message; `code` is the stable slug that clients branch on.
    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 400

    def __init__(self, message: str = "", *, field: str | None = None, extra: Mapping[str, Any] | None = None) -> None:
        self.message = message or (self.__doc__ or "").strip().splitlines()[0]
        self.field = field
        # Further members of the JSON answer, for example the current state beside a 409.
        self.extra: dict[str, Any] = dict(extra or {})
        super().__init__(self.message)


class NotFound(Refusal):
    """Not Found"""

    code = "not-found"
    status = 404


class Conflict(Refusal):
    """The request does not fit the current state."""

    code = "conflict"
    status = 409


class Invalid(Refusal):
    """A value is not acceptable."""

    code = "invalid"
    status = 422


class Unavailable(Refusal):
    """Temporarily unavailable, try again."""

    code = "unavailable"
    status = 503
    # Sent as Retry-After.
    retry_after_seconds: ClassVar[int] = 2
