"""One kill switch a channel."""

from smplat.operations import switches
from smplat.outbox.choices import Channel

WAYS = {
    Channel.EMAIL: "by email",
    Channel.SLACK: "to Slack",
    Channel.WEBHOOK: "to webhook endpoints",
    Channel.EVENT: "from one domain to another",
}


def declare_switches() -> None:
    """Declare `outbox.email` and its like."""
    for channel in Channel:
        switches.declare(
            switches.Switch(
                name=switch_name(channel),
                title=f"Outbox: {channel.label}",
                stops=f"Nothing goes {WAYS[channel]}; messages wait and go out when it is on again.",
                # Unable to ask the database, a relay has nothing to deliver either.
                safe_value=False,
            )
        )


def switch_name(channel: str) -> str:
    """The switch that stops a channel."""
    return f"outbox.{Channel(channel).value}"


def is_on(channel: str) -> bool:
    """Whether the channel may deliver now."""
    return switches.is_on(switch_name(channel))
