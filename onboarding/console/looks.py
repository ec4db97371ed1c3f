"""Colours of states: of badges (see console/partials/badge.html) and of list labels."""

from onboarding.states import JourneyStatus, RiskLevel, Side, TaskStatus

RISK_KINDS = {RiskLevel.LOW: "neutral", RiskLevel.MEDIUM: "warning", RiskLevel.HIGH: "critical"}
STATUS_KINDS = {
    JourneyStatus.NOT_STARTED: "neutral",
    JourneyStatus.ACTIVE: "notice",
    JourneyStatus.COMPLETED: "good",
    JourneyStatus.STALLED: "critical",
}
STATUS_COLOURS = {
    JourneyStatus.ACTIVE.label: "info",
    JourneyStatus.COMPLETED.label: "success",
    JourneyStatus.STALLED.label: "danger",
}
TASK_KINDS = {
    TaskStatus.PENDING: "neutral",
    TaskStatus.IN_PROGRESS: "notice",
    TaskStatus.COMPLETED: "good",
    TaskStatus.BLOCKED: "warning",
}
SIDE_WORDS = {
    Side.CLIENT: "The client’s turn",  # noqa: RUF001 - a typographic apostrophe
    Side.US: "Our turn",
    Side.PROVIDER: "The provider’s turn",  # noqa: RUF001 - as above
    Side.NOBODY: "Nobody’s turn",  # noqa: RUF001 - as above
}
