"""Readiness: what works, what does not, since when. Domains register a check for each thing they answer for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from smplat.operations.redaction import describe_error


class Status(StrEnum):
    """How a component stands; the names are the wire's."""

    READY = "ready"
    # Not seen yet since it was installed.
    STARTING = "starting"
    # Switched off on purpose; never counts against the whole.
    DISABLED = "disabled"
    # Works in part, or late.
    DEGRADED = "degraded"
    # Does not work.
    ERROR = "error"


@dataclass(frozen=True, kw_only=True)
class Component:
    """The verdict about one part. `detail` is public: no addresses, no secrets, no personal data."""

    status: Status
    detail: str | None = None
    last_success_at: datetime | None = None
    last_error_at: datetime | None = None
    last_error: str | None = None


CheckFunction = Callable[[datetime], Component]


@dataclass(frozen=True, kw_only=True)
class Check:
    """A registered check."""

    function: CheckFunction
    # Asked one after the other on a connection of their own, each cut off after a second, and not asked at all while
    # the database is away. The others run beside them and bring their own time limits.
    uses_database: bool = True
    # What a person should do when it is not ready; shown in the console.
    advice: str = ""


# Without these no request can be answered; everything else leaves some of the work possible.
VITAL = frozenset({"database", "migrations"})

_checks: dict[str, Check] = {}
_groups: list[Callable[[], Mapping[str, Check]]] = []


def register(name: str, check: CheckFunction, *, uses_database: bool = True, advice: str = "") -> None:
    """Add a component; registering the same function again changes nothing.

    Raises:
        ValueError: another check has this name.
    """
    added = Check(function=check, uses_database=uses_database, advice=advice)
    if _checks.setdefault(name, added) != added:
        raise ValueError(f"readiness component {name} is registered twice")


def register_group(group: Callable[[], Mapping[str, Check]]) -> None:
    """Add components whose names are known only when asked, such as one for every schedule."""
    if group not in _groups:
        _groups.append(group)


def registered() -> Mapping[str, Check]:
    """All single checks, in the order of registration."""
    return dict(_checks)


def grouped() -> Mapping[str, Check]:
    """All checks of groups, at this moment."""
    return {name: check for group in _groups for name, check in group().items()}


def find_advice(name: str) -> str:
    """What to do about a component, or nothing."""
    check = _checks.get(name) or grouped().get(name)
    return check.advice if check else ""


def ask(check: CheckFunction, now: datetime) -> Component:
    """The component's verdict; a check that breaks is a component in error, never an exception."""
    try:
        return check(now)
    except Exception as broken:  # noqa: BLE001 - a door: whatever a domain's check raises is its verdict
        return Component(status=Status.ERROR, detail="The check failed.", last_error=describe_error(broken))


def summarize(components: Mapping[str, Component]) -> Status:
    """The verdict about the whole: error if a vital part does not work, degraded if any other part is not ready."""
    if any(name not in components or components[name].status is Status.ERROR for name in VITAL):
        return Status.ERROR
    harmless = {Status.READY, Status.DISABLED}
    return Status.READY if {component.status for component in components.values()} <= harmless else Status.DEGRADED
