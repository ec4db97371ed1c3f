"""What a Slack post says: a template with values that cannot speak Slack's markup."""

from typing import Any

from django.conf import settings
from django.template import loader

from smplat.outbox.models import Message
from smplat.outbox.topics import get_topic

# Twelve of them in one post stay below Slack's limit of 40,000 characters.
MAX_TEXT_LENGTH = 3_000
SEPARATOR = "\n\n"


def render(message: Message) -> str:
    """The text of one message."""
    template = loader.get_template(f"slack/{get_topic(message.topic).template}.txt", using="text")
    return template.render({**escape(message.payload), "base_url": settings.API_BASE_URL}).strip()[:MAX_TEXT_LENGTH]


def escape(value: Any) -> Any:
    """`value` with every string harmless: no mention, no link with a false face, no line of its own.

    Slack reads <, > and & as markup (<!channel>, <https://evil|Pay here>) and nothing else can start either.
    """
    if isinstance(value, str):
        one_line = " ".join(value.split())
        return one_line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    if isinstance(value, list):
        return [escape(entry) for entry in value]
    if isinstance(value, dict):
        return {key: escape(entry) for key, entry in value.items()}
    return value
