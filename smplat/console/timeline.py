"""One timeline of an order across all domains: each registers a provider, the order page shows their lines together.

    def journey_lines(context: TimelineContext) -> Iterator[Line]:
        for event in JourneyEvent.objects.filter(…order_id=context.order_id).order_by("-created_at")[: context.most]:
            yield Line(at=event.created_at, source="Onboarding", title="Task done", detail=event.title)

    timeline.register(journey_lines)      # in ready()

A provider yields its newest lines first, at most `context.most`, and reads them by an index. What a person may not see it
leaves out or asks `context.may` about. One that raises is named on the page; the others stand.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import structlog

log = structlog.get_logger(__name__)

# Of one order; longer stories are cut at their oldest end, and the page says so.
MOST_LINES = 300


@dataclass(frozen=True)
class TimelineContext:
    """What a provider may know: which order, and what the person who looks may see."""

    order_id: UUID
    may: Callable[[str], bool]
    most: int = MOST_LINES


@dataclass(frozen=True, kw_only=True)
class Line:
    """One thing that happened."""

    at: datetime
    # Whose line it is, as the page's filter names it: "Checkout", "Messages", "Onboarding".
    source: str
    title: str
    detail: str = ""
    # Who did it; empty for the platform itself.
    who: str = ""
    url: str = ""
    # Colour of the dot: critical, warning, notice, good or neutral.
    kind: str = "neutral"


@dataclass(frozen=True)
class Timeline:
    """The lines of an order, newest first."""

    lines: list[Line]
    # Every source that has lines, for the filter.
    sources: list[str]
    # Older lines are not shown.
    is_cut: bool
    # What could not be read just now.
    failed: list[str]


Provider = Callable[[TimelineContext], Iterable[Line]]

_providers: dict[str, Provider] = {}


def register(provider: Provider) -> None:
    """Add a provider; its docstring's first line names what is missing when it fails."""
    if not (provider.__doc__ or "").strip():
        raise ValueError(f"{provider.__qualname__} needs a docstring: its first line names what it tells")
    _providers[f"{provider.__module__}.{provider.__qualname__}"] = provider


def read(context: TimelineContext, *, source: str = "") -> Timeline:
    """Ask every provider; `source` leaves only the lines of one."""
    lines: list[Line] = []
    failed: list[str] = []
    for provider in _providers.values():
        try:
            lines += provider(context)
        except Exception:  # a broken provider must not hide the others; it is named on the page and logged
            log.exception("timeline_provider_failed", provider=provider.__qualname__)
            failed.append((provider.__doc__ or "").strip().splitlines()[0].rstrip("."))
    # The sort is stable: of lines of the same moment each provider's newest stays first.
    lines.sort(key=lambda line: line.at, reverse=True)
    shown = [line for line in lines if not source or line.source == source]
    return Timeline(
        lines=shown[: context.most],
        sources=sorted({line.source for line in lines}),
        is_cut=len(shown) > context.most,
        failed=sorted(failed),
    )
