"""Steps of runbooks that run. A domain registers functions here; docs/runbooks cites them by name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True, kw_only=True)
class StepContext:
    """What a step is told."""

    now: datetime
    by: str
    environment: str
    # Given by a person before a step that acts; empty otherwise.
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class StepResult:
    """What a step found. `evidence` must be JSON."""

    ok: bool
    summary: str
    evidence: Mapping[str, Any] = field(default_factory=dict)


StepFunction = Callable[[StepContext], StepResult]


@dataclass(frozen=True, kw_only=True)
class Step:
    """A registered step."""

    name: str
    title: str
    # False: runs inside a rehearsal, whatever it writes is rolled back. True: asks for confirmation and a reason first.
    acts: bool
    run: StepFunction


class UnknownStep(LookupError):
    """No step of this name is registered."""


_steps: dict[str, Step] = {}


def step(name: str, *, title: str, acts: bool = False) -> Callable[[StepFunction], StepFunction]:
    """Register a function as the step `name` (`analytics.check-arrivals`)."""

    def add(function: StepFunction) -> StepFunction:
        if name in _steps:
            raise ValueError(f"runbook step {name} is registered twice")
        _steps[name] = Step(name=name, title=title, acts=acts, run=function)
        return function

    return add


def steps() -> Mapping[str, Step]:
    """All registered steps by name."""
    return dict(_steps)


def get_step(name: str) -> Step:
    """The step of that name.

    Raises:
        UnknownStep: nothing of that name is registered.
    """
    if name not in _steps:
        raise UnknownStep(name)
    return _steps[name]
