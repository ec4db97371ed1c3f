"""What POST /api/analytics/onboarding-events refuses, in the sentences that its clients know (contract 2.5)."""

from smplat.errors import Refusal


class EventTypeRequired(Refusal):
    """eventType is required"""

    code = "event-type-required"


class UnsupportedEventType(Refusal):
    """Unsupported eventType"""

    code = "unsupported-event-type"


class EventOrderRequired(Refusal):
    """orderId is required"""

    code = "order-id-required"


class ChecklistUpdateIncomplete(Refusal):
    """orderId, taskId, and completed are required"""

    code = "checklist-update-incomplete"


class ReferralCopyIncomplete(Refusal):
    """orderId and referralCode are required"""

    code = "referral-copy-incomplete"


class SegmentIncomplete(Refusal):
    """orderId and experiments are required"""

    code = "segment-incomplete"


class NoValidExperiment(Refusal):
    """At least one valid experiment is required"""

    code = "no-valid-experiment"
