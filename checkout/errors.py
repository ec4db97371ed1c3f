"""What can go wrong with an order or its checkout."""

from smplat.errors import Conflict, Invalid, NotFound, Refusal


class OrderNotFound(NotFound):
    """Order not found"""

    code = "order-not-found"


class OrderIdRequired(Refusal):
    """order id required"""

    code = "order-id-required"


class TokenOfAnotherOrder(Refusal):
    """This token opens another order."""

    code = "token-of-another-order"
    status = 403


class ProductNotFound(NotFound):
    """Product not found"""

    code = "product-not-found"


class InvalidCurrency(Refusal):
    """Invalid currency"""

    code = "invalid-currency"


class InvalidStatus(Refusal):
    """Invalid status"""

    code = "invalid-status"


class InvalidStatusFilter(Refusal):
    """Invalid status filter"""

    code = "invalid-status-filter"


class InvalidOrderSource(Refusal):
    """Invalid order source"""

    code = "invalid-order-source"


class TransitionNotAllowed(Refusal):
    """Cannot transition order"""

    code = "transition-not-allowed"


class StageEventRefused(Conflict):
    """The event makes no sense where this checkout stands."""

    code = "stage-event-refused"


class MovedMeanwhile(Conflict):
    """Somebody moved this order meanwhile."""

    code = "moved-meanwhile"


class PriceChanged(Conflict):
    """The price is not the catalogue's."""

    code = "price-changed"


class ProductNotForSale(Conflict):
    """The product is not for sale."""

    code = "product-not-for-sale"


class TotalMismatch(Invalid):
    """total_price is not quantity times unit_price."""

    code = "total-mismatch"


class PromptRefused(Conflict):
    """The recovery rules do not allow a prompt now."""

    code = "prompt-refused"


class OverrideNeedsReason(Invalid):
    """Say why the rules should not count this time."""

    code = "override-needs-reason"


class SnoozeNotAhead(Invalid):
    """The moment must lie ahead, at most 90 days."""

    code = "snooze-not-ahead"


class NothingToRecover(Conflict):
    """This order is over: there is nothing to bring back."""

    code = "nothing-to-recover"


class EscalationNotFound(NotFound):
    """Escalation not found"""

    code = "escalation-not-found"


class EscalationTaken(Conflict):
    """Somebody else has taken this escalation."""

    code = "escalation-taken"


class EscalationOver(Conflict):
    """This escalation is resolved already."""

    code = "escalation-over"


class AlreadyEscalated(Conflict):
    """A person has been called for this order already."""

    code = "already-escalated"


class PolicyNotFound(NotFound):
    """This stage has no recovery policy"""

    code = "recovery-policy-not-found"


class PolicyChanged(Conflict):
    """Somebody changed this policy meanwhile: look at it again."""

    code = "recovery-policy-changed"


class PolicyInvalid(Invalid):
    """A value of the policy is not acceptable."""

    code = "recovery-policy-invalid"
