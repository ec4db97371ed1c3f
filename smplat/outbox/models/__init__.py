"""Tables of the outbox; Django looks for them here."""

from smplat.outbox.models.message import DeliveryLogEntry, Message
from smplat.outbox.models.preference import Preference, PreferenceChange
from smplat.outbox.models.slack import SlackBucket, SlackPost
from smplat.outbox.models.webhook import WebhookEndpoint, WebhookSecret

__all__ = [
    "DeliveryLogEntry",
    "Message",
    "Preference",
    "PreferenceChange",
    "SlackBucket",
    "SlackPost",
    "WebhookEndpoint",
    "WebhookSecret",
]
