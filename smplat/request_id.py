"""The request id: one name for one request, from its first log line to the tasks it started.

structlog's context holds it, so every log line carries it; django-structlog hands that context on to Celery tasks.
"""

import re
from uuid import uuid4

import structlog
from structlog.contextvars import get_contextvars

HEADER = "X-Request-ID"
# What we take over from a proxy or a client: anything else could forge log lines or grow them without bound.
_SANE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/+=-]{0,127}")


def current() -> str:
    """The id of the request being answered, or of the one that started this task; "" outside both."""
    return str(get_contextvars().get("request_id", ""))


def accept_or_create(offered: str | None) -> str:
    """The caller's own id when it is harmless, else a fresh one."""
    return offered if offered and _SANE.fullmatch(offered) else str(uuid4())


def bind(request_id: str) -> None:
    """Make `request_id` current for this thread's request or task."""
    structlog.contextvars.bind_contextvars(request_id=request_id)
