"""The states of a journey and of its tasks, and the words of its logs: one list for tables, API and console."""

from typing import Final

from django.db.models import TextChoices

from checkout.states import OrderStatus

# Nobody waits for anything of an order in these states.
AT_REST: Final = (OrderStatus.CANCELED, OrderStatus.ON_HOLD)


class JourneyStatus(TextChoices):
    """Where a journey stands; kept in step with its tasks by onboarding.journeys."""

    NOT_STARTED = "not_started", "Not started"  # only for rows made elsewhere: ours start as they are made
    ACTIVE = "active", "Active"  # something is left to do
    COMPLETED = "completed", "Completed"  # nothing is left to do; undoing a task reopens it
    STALLED = "stalled", "Stalled"  # active, and nothing moved for longer than the policy is patient


class TaskStatus(TextChoices):
    """Where one task stands."""

    PENDING = "pending", "Pending"  # to be done
    IN_PROGRESS = "in_progress", "In progress"  # begun: some of what it needs has come in, or a person works on it
    COMPLETED = "completed", "Completed"  # done, or skipped by an operator (is_skipped)
    BLOCKED = "blocked", "Blocked"  # a person says that it cannot be done now


class ActorType(TextChoices):
    """Who did something, as the wire names it."""

    CLIENT = "client", "Client"  # the customer, in the storefront or on the checklist page
    OPERATOR = "operator", "Operator"  # a person in the console or a tool of theirs
    SYSTEM = "system", "System"  # a rule of ours


class InteractionChannel(TextChoices):
    """Where an interaction took place."""

    DASHBOARD = "dashboard", "Dashboard"  # storefront, checklist page or console
    EMAIL = "email", "Email"
    SLACK = "slack", "Slack"
    OTHER = "other", "Other"


class RiskLevel(TextChoices):
    """How likely a journey is to fail if nobody looks at it; computed, never stored."""

    LOW = "low", "Low"
    MEDIUM = "medium", "Medium"
    HIGH = "high", "High"


class JourneyEventType(TextChoices):
    """What the log of a journey can say. The first five are the wire's; the others make the log complete enough to replay."""

    JOURNEY_STARTED = "journey_started", "Journey started"
    TASK_STATUS_CHANGED = "task_status_changed", "Task status changed"
    ARTIFACT_RECEIVED = "artifact_received", "Artifact received"
    REFERRAL_COPIED = "referral_copied", "Referral code copied"
    PRICING_EXPERIMENT_SEGMENT = "pricing_experiment_segment", "Pricing experiment recorded"
    JOURNEY_STATUS_CHANGED = "journey_status_changed", "Journey status changed"
    TASK_ADDED = "task_added", "Task added"
    TASK_REMOVED = "task_removed", "Task dropped"
    TASK_CHANGED = "task_changed", "Task changed"  # due time, assignee or wording
    ARTIFACT_REQUESTED = "artifact_requested", "Artifact requested"
    OWNER_CHANGED = "owner_changed", "Owner changed"
    TEMPLATE_CHANGED = "template_changed", "Moved to another template version"


class SelfCheck(TextChoices):
    """A predicate over facts by which a task completes itself; the rule is onboarding.rules.self_checks."""

    ARTIFACTS_RECEIVED = "artifacts-received", "All required artifacts have come in"
    PLATFORM_CONTEXT_GIVEN = "platform-context-given", "The storefront named at least one platform account"
    ORDER_IN_FULFILLMENT = "order-in-fulfillment", "The order has reached the provider"


class Side(TextChoices):
    """Who has to move for the journey to go on; the values are those of onboarding.rules.sla.Side."""

    CLIENT = "client", "Client"
    US = "us", "Us"
    PROVIDER = "provider", "Provider"
    NOBODY = "nobody", "Nobody"


class NudgeAction(TextChoices):
    """What a sweep did about one task; the values are those of onboarding.rules.nudges.Action."""

    NUDGE = "nudge", "Nudged"
    WAIT = "wait", "Waiting"
    DEFER = "defer", "Deferred"
    HOLD = "hold", "Held"
    SUPPRESS = "suppress", "Suppressed"
    STOP = "stop", "Stopped"
