"""The figures below the attention cards: how things run right now. Domains register providers in `ready()`."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

import structlog

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One number with its name, for example events received in the last hour."""

    title: str
    # Ready to be shown: "12,345", "0.42 %".
    value: str
    detail: str = ""
    url: str = ""
    # Whoever lacks it does not see the figure; empty: everybody.
    permission: str = ""


Provider = Callable[[datetime], Iterable[Figure]]

_providers: dict[str, Provider] = {}


def register(provider: Provider) -> None:
    """Add a provider: given the moment, it yields figures from an index or a rollup, never from a count of everything."""
    _providers[f"{provider.__module__}.{provider.__qualname__}"] = provider


def figures(now: datetime, *, may: Callable[[str], bool]) -> list[Figure]:
    """The figures this person may see; a provider that fails is left out and logged."""
    found: list[Figure] = []
    for provider in _providers.values():
        try:
            found += provider(now)
        except Exception:  # a missing figure must not take the attention page away
            log.exception("overview_provider_failed", provider=provider.__qualname__)
    return [figure for figure in found if not figure.permission or may(figure.permission)]
