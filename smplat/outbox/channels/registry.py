"""Which carrier serves which channel."""

from collections.abc import Mapping

from smplat.outbox.carrier import Carrier
from smplat.outbox.channels.email import EmailCarrier
from smplat.outbox.channels.event import EventCarrier
from smplat.outbox.channels.slack import SlackCarrier
from smplat.outbox.channels.webhook import WebhookCarrier
from smplat.outbox.choices import Channel

CARRIERS: Mapping[str, type[Carrier]] = {
    Channel.EMAIL: EmailCarrier,
    Channel.EVENT: EventCarrier,
    Channel.SLACK: SlackCarrier,
    Channel.WEBHOOK: WebhookCarrier,
}


def open_carrier(channel: str) -> Carrier:
    """A fresh carrier for one run."""
    return CARRIERS[channel]()
