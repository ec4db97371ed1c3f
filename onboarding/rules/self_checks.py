"""Tasks that complete themselves: predicates over facts about the journey."""

from dataclasses import dataclass

from onboarding.states import SelfCheck


@dataclass(frozen=True)
class Facts:
    """What a predicate may know about one task."""

    # Artifacts that this task requires, and how many of them have come in.
    artifacts_required: int
    artifacts_received: int
    has_platform_context: bool
    is_in_fulfillment: bool


def passes(check: SelfCheck, facts: Facts) -> bool:
    """Whether the task is done by what is known."""
    return {
        SelfCheck.ARTIFACTS_RECEIVED: 0 < facts.artifacts_required <= facts.artifacts_received,
        SelfCheck.PLATFORM_CONTEXT_GIVEN: facts.has_platform_context,
        SelfCheck.ORDER_IN_FULFILLMENT: facts.is_in_fulfillment,
    }[check]
