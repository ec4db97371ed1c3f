"""The store that a demo shows: schema, sample data and the keys to it."""

import json
from dataclasses import dataclass, field
from io import StringIO
from typing import Any

import django
from django.core.management import call_command

from smplat.demo import processes
from smplat.demo.stack import Stack

# Two periods of the funnel page to compare, and loaded while a person still watches the first run.
SAMPLE_DAYS = 30


@dataclass(frozen=True)
class Store:
    """What scripts and people need to use it: API keys and console logins."""

    secret_key: str = ""
    publishable_key: str = ""
    simulator_key: str = ""
    # Each with role, username and password.
    logins: list[dict[str, str]] = field(default_factory=list)


def migrate() -> None:
    """Bring the database to this version."""
    django.setup()
    call_command("migrate", verbosity=0, interactive=False)


def load_sample_store(stack: Stack) -> Store:
    """Fill an empty store; one that is filled stays as it is, and its keys are the same.

    Raises:
        ProgramFailed: the events were not loaded.
    """
    store = _load("people")
    # Two processes, for two processors: the events need about half as long as the orders.
    stack.start(processes.sample_events(days=SAMPLE_DAYS))
    _load("orders")
    stack.finish(processes.SAMPLE_EVENTS)
    return store


def _load(part: str) -> Store:
    answer = StringIO()
    call_command("load_sample_store", only=part, days=SAMPLE_DAYS, json=True, stdout=answer)
    return read_answer(answer.getvalue())


def read_answer(text: str) -> Store:
    """The last line of the command's output is JSON."""
    found: dict[str, Any] = json.loads(text.strip().splitlines()[-1])
    keys = found["keys"]
    return Store(
        secret_key=keys["secret"],
        publishable_key=keys["publishable"],
        simulator_key=keys["simulator"],
        logins=found["logins"],
    )
