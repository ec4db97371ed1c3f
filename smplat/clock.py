"""The one clock. Only doors (views, tasks, commands, console actions) read it and hand `now` on."""

from datetime import UTC, datetime


def now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)
