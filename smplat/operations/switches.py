"""Switches: what can be stopped while the platform runs. Declared in code, flipped as rows, honoured within two seconds.

Every process asks the database at most once a second and remembers the answer until then.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import DatabaseError, connection

from smplat import clock, db
from smplat.errors import NotFound
from smplat.operations.models import SwitchState

# Half of the two seconds we promise: a process may have asked just before the flip was committed.
CACHE_SECONDS = 1.0


class UnknownSwitch(NotFound):
    """There is no switch of this name."""

    code = "unknown-switch"


@dataclass(frozen=True, kw_only=True)
class Switch:
    """A declared switch. On means that everything runs as usual."""

    name: str
    title: str
    # What a person should expect when it is off, in one sentence.
    stops: str
    # The answer while the database cannot be asked.
    safe_value: bool


@dataclass(frozen=True, kw_only=True)
class Position:
    """How a switch stands at a moment."""

    switch: Switch
    is_on: bool
    # The last flip, if there was one; an expired flip is told, but no longer holds.
    flip: SwitchState | None
    is_expired: bool


_switches: dict[str, Switch] = {}
_remembered: tuple[float, Mapping[str, SwitchState]] | None = None


def declare(switch: Switch) -> None:
    """Add a switch; declaring an equal one again changes nothing.

    Raises:
        ValueError: the name belongs to a different switch already.
    """
    if _switches.setdefault(switch.name, switch) != switch:
        raise ValueError(f"switch {switch.name} is declared twice")


def declared() -> list[Switch]:
    """All switches, by name."""
    return [_switches[name] for name in sorted(_switches)]


def get(name: str) -> Switch:
    """The declared switch.

    Raises:
        UnknownSwitch: nothing of that name is declared.
    """
    if name not in _switches:
        raise UnknownSwitch
    return _switches[name]


def is_on(name: str) -> bool:
    """Whether what the switch stops may run now. Costs a query at most once a second and process.

    Raises:
        UnknownSwitch: nothing of that name is declared.
    """
    switch = get(name)
    try:
        flips = _recent_flips()
    except DatabaseError:
        return switch.safe_value
    return stands_on(flips.get(name), clock.now())


def stands_on(flip: SwitchState | None, now: datetime) -> bool:
    """How a switch stands after its last flip: on without one, the opposite once it has expired."""
    if flip is None:
        return True
    return flip.is_on != is_expired(flip, now)


def is_expired(flip: SwitchState, now: datetime) -> bool:
    """Whether the flip has run out."""
    return flip.expires_at is not None and flip.expires_at <= now


def list_positions(now: datetime) -> list[Position]:
    """Every declared switch and how it stands, straight from the database."""
    flips = {flip.name: flip for flip in SwitchState.objects.all()}
    return [position_of(switch, flips.get(switch.name), now) for switch in declared()]


def position_of(switch: Switch, flip: SwitchState | None, now: datetime) -> Position:
    """How one switch stands after its last flip."""
    expired = flip is not None and is_expired(flip, now)
    return Position(switch=switch, is_on=stands_on(flip, now), flip=flip, is_expired=expired)


def forget() -> None:
    """Ask the database again at the next question, in this process."""
    global _remembered  # noqa: PLW0603 - one cache a process
    _remembered = None


def _recent_flips() -> Mapping[str, SwitchState]:
    global _remembered  # noqa: PLW0603 - one cache a process
    # A rehearsal sees its own flips, which nobody outside may remember.
    if db.is_rehearsing():
        return _read_flips()
    if _remembered is None or time.monotonic() - _remembered[0] > CACHE_SECONDS:
        asked_at = time.monotonic()
        _remembered = (asked_at, _read_flips())
    return _remembered[1]


def _read_flips() -> Mapping[str, SwitchState]:
    # A cursor that is already broken answers nothing; the caller's own error must stay the first one seen.
    if connection.needs_rollback:
        raise DatabaseError("the transaction is broken")
    return {flip.name: flip for flip in SwitchState.objects.all()}
