"""What a topic is, and how to find one. The list itself stands on one page: smplat/subscriptions.py."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from django.conf import settings
from django.utils.module_loading import import_string


@dataclass(frozen=True, kw_only=True)
class Topic:
    """A kind of message: what it says, the ways it may leave, and who gets it without being named."""

    # Dotted, the domain first: checkout.order.paid.
    name: str
    # One sentence for the console and the docs.
    title: str
    # Channels on which a domain may address it to somebody (email, slack).
    channels: tuple[str, ...] = ()
    # A value of Category when its recipient can switch it off.
    category: str = ""
    # Folder and name under templates/emails or templates/slack: "checkout/recovery_prompt".
    template: str = ""
    # Dotted paths of functions in other domains' handlers.py, each called with a Delivery.
    handlers: tuple[str, ...] = ()
    # Whether operators may subscribe webhook endpoints to it.
    is_public: bool = False


class UnknownTopic(LookupError):
    """The topic is not on the page smplat/subscriptions.py."""


def list_topics() -> Mapping[str, Topic]:
    """Every topic by name."""
    return _read_page(settings.OUTBOX_TOPICS)


def get_topic(name: str) -> Topic:
    """The topic of that name.

    Raises:
        UnknownTopic: nobody declared it.
    """
    try:
        return list_topics()[name]
    except KeyError:
        raise UnknownTopic(name) from None


@cache
def _read_page(path: str) -> Mapping[str, Topic]:
    topics: tuple[Topic, ...] = import_string(path)
    return MappingProxyType({topic.name: topic for topic in topics})
