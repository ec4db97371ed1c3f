"""Signed tokens that open one order to one customer, without a login.

Signed with SECRET_KEY; while a key is being replaced, those in SECRET_KEY_FALLBACKS still verify. A token says which
order, for what, and until when; it holds nothing else and is not stored.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from django.core import signing

from smplat.errors import Refusal

# A browser's token outlives the checkout and the onboarding that follows it.
CUSTOMER_TOKEN_LIFETIME = timedelta(days=90)


class Purpose(StrEnum):
    """What a token is good for; one for another purpose does not verify."""

    CUSTOMER = "customer"  # the storefront's browser reads its own order
    RESUME = "resume"  # the link of a recovery prompt
    CHECKLIST = "checklist"  # the client's page of what is left to do for an order


class InvalidToken(Refusal):
    """The link or token is not valid."""

    code = "invalid-token"
    status = 401


class ExpiredToken(Refusal):
    """The link or token has expired."""

    code = "expired-token"
    status = 401


def mint_token(*, order_id: UUID, purpose: Purpose, expires_at: datetime) -> str:
    """A URL-safe token for one order."""
    return signing.dumps([order_id.hex, int(expires_at.timestamp())], salt=_salt(purpose))


def read_token(token: str, *, purpose: Purpose, now: datetime) -> UUID:
    """The order a token opens.

    Raises:
        InvalidToken: it was not minted by us for this purpose.
        ExpiredToken: its time is over.
    """
    try:
        order_hex, expires = signing.loads(token, salt=_salt(purpose))
    except (signing.BadSignature, ValueError):
        raise InvalidToken from None
    if now.timestamp() >= expires:
        raise ExpiredToken
    return UUID(order_hex)


def _salt(purpose: Purpose) -> str:
    return f"checkout.links.{purpose}"
