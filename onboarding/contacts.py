"""Writing to a client: what the person who does it should know first, and what became of what was written."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from checkout.rules.quiet_hours import end_of_quiet, known_zone
from onboarding.errors import JourneyNotFound
from onboarding.models import Interaction, Journey
from onboarding.nudge_messages import find_destination
from onboarding.policies import as_rule, get_policy_row
from smplat.outbox.choices import Category
from smplat.outbox.queries import LastContact, delivery_of, find_last_contact, get_preference


@dataclass(frozen=True)
class Contact:
    """The client behind a journey, as the composer shows them."""

    name: str
    has_address: bool
    consents: bool
    time_zone: str
    # In words, since a template would tell it on the reader's clock.
    local_time: str
    # When their quiet hours end, in UTC; None when it is not quiet now.
    quiet_until: datetime | None
    last_contact: LastContact | None
    # Written to within the policy's window over all journeys: the sweep would wait.
    is_recent: bool
    # Their own Slack destination; empty: a Slack nudge goes to our people, who pass it on.
    slack_destination: str


def describe_contact(*, journey_id: UUID, now: datetime) -> Contact:
    """What to know before writing.

    Raises:
        JourneyNotFound: there is none.
    """
    journey = Journey.objects.select_related("order__customer").filter(pk=journey_id).first()
    if journey is None:
        raise JourneyNotFound
    customer, policy = journey.order.customer, as_rule(get_policy_row())
    zone = known_zone(customer.time_zone) if customer else "UTC"
    last = find_last_contact(customer.pk) if customer else None
    return Contact(
        name=customer.name if customer else "",
        has_address=bool(customer and customer.email),
        consents=bool(customer and get_preference(customer.pk).allows(Category.ONBOARDING)),
        time_zone=zone,
        local_time=f"{now.astimezone(ZoneInfo(zone)):%H:%M, %A}",
        quiet_until=end_of_quiet(quiet=policy.quiet, time_zone=zone, now=now),
        last_contact=last,
        is_recent=last is not None and last.at > now - policy.cap_window,
        slack_destination=find_destination(journey),
    )


def shown_metadata(interactions: Iterable[Interaction]) -> Mapping[UUID, dict[str, Any] | None]:
    """The metadata of interactions by id; that of nudges with what became of their message. One query.

    `delivery_status` is sent, queued, failed or suppressed:<why>.
    """
    rows = list(interactions)
    deliveries = delivery_of(row.message_id for row in rows if row.message_id)
    return {row.pk: _with_delivery(row, deliveries) for row in rows}


def tasks_named(interaction: Interaction) -> tuple[str, ...]:
    """The titles of the tasks that a nudge named, in the order of the message."""
    nudge = (interaction.metadata or {}).get("nudge") or {}
    return tuple(str(task["title"]) for task in nudge.get("tasks", ()))


def _with_delivery(row: Interaction, deliveries: Mapping[UUID, str]) -> dict[str, Any] | None:
    nudge = (row.metadata or {}).get("nudge")
    if not isinstance(nudge, dict):
        return row.metadata
    status = deliveries.get(row.message_id) if row.message_id else f"suppressed:{nudge.get('obstacle', 'unknown')}"
    return {**(row.metadata or {}), "nudge": {**nudge, "delivery_status": status}}
