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


class PriceChanged(Conflict):
    """The price is not the catalogue's."""

    code = "price-changed"


class ProductNotForSale(Conflict):
    """The product is not for sale."""

    code = "product-not-for-sale"


class TotalMismatch(Invalid):
    """total_price is not quantity times unit_price."""

    code = "total-mismatch"
