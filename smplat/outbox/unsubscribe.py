"""Links by which a recipient changes what we send, without logging in."""

from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.urls import reverse

from smplat.errors import NotFound
from smplat.outbox.choices import Category

SALT = "smplat.outbox.unsubscribe"


@dataclass(frozen=True)
class Unsubscription:
    """What a link is for: one person, and the category of the message it came with."""

    recipient_id: UUID
    category: Category


class InvalidLink(NotFound):
    """This link is not complete or was changed."""

    code = "invalid-link"


def make_token(*, recipient_id: UUID, category: str) -> str:
    """A signed token; it does not expire, because an unsubscribe link must work as long as the message exists.

    Signed with SECRET_KEY; tokens of SECRET_KEY_FALLBACKS stay valid, so a key can be rotated.
    """
    return signing.dumps([recipient_id.hex, Category(category).value], salt=SALT)


def read_token(token: str) -> Unsubscription:
    """What the token is for.

    Raises:
        InvalidLink: not signed by us.
    """
    try:
        recipient_hex, category = signing.loads(token, salt=SALT)
        return Unsubscription(UUID(recipient_hex), Category(category))
    except (signing.BadSignature, ValueError, TypeError):
        raise InvalidLink from None


def make_link(*, recipient_id: UUID, category: str) -> str:
    """The full address of the page, for a message."""
    token = make_token(recipient_id=recipient_id, category=category)
    return settings.API_BASE_URL + reverse("outbox:unsubscribe", kwargs={"token": token})
