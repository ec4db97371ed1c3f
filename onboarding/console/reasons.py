"""Stable codes of the onboarding in words for people."""

from collections.abc import Iterable

RISK_REASONS = {
    "stalled": "nothing moves any more",
    "silent-72h": "silent for three days or more",
    "silent-36h": "silent for a day and a half",
    "overdue-tasks": "overdue tasks",
    "awaiting-artifacts": "something was not handed in",
}
TURN_REASONS = {
    "nothing-open": "nothing is open",
    "provider-held": "the provider is paused",
    "held": "we hold it",
    "dependency-never-done": "what comes first was never done",
    "assigned": "one of us took a task over",
    "task-blocked": "a task is blocked",
    "artifacts-to-review": "everything was handed in and waits for us",
    "task-open": "tasks are open",
}
NUDGE_REASONS = {
    "task_idle": "nobody touched it for a while",
    "task_overdue": "its due time has passed",
    "task-blocked": "it is blocked",
    "dependency-open": "another task comes first",
    "nudges-exhausted": "reminded as often as the policy allows",
    "nudged-recently": "reminded a short while ago",
    "touched-recently": "somebody touched it a short while ago",
    "journey-completed": "the journey is complete",
    "order-canceled": "the order was canceled",
    "order-on-hold": "the order is on hold",
    "backdated": "recorded after the fact",
    "policy-off": "reminders are switched off",
    "no-address": "the client has no address",
    "opted-out": "the client wants no reminders",
    "frequency-cap": "the client had a message lately",
    "quiet-hours": "it is night for the client",
    "by-hand": "written by a person",
}


def say_risk(reasons: Iterable[str]) -> str:
    """The reasons of a risk level as one phrase."""
    return ", ".join(RISK_REASONS.get(reason, reason) for reason in reasons)


def say_turn(reason: str) -> str:
    """Why it is this side's turn."""
    return TURN_REASONS.get(reason, reason)


def say_nudge(reason: str) -> str:
    """Why a nudge is due, or is not; a hold's own reason stands as it is."""
    return NUDGE_REASONS.get(reason, reason)
