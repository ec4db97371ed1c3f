"""The message of a nudge: whom it goes to, by which way, and the plain values its templates show."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from checkout.models import Customer
from onboarding.links import CHECKLIST_LINK_LIFETIME, checklist_link
from onboarding.models import Journey
from onboarding.nudge_words import Line, Words
from smplat.outbox.choices import Channel
from smplat.outbox.enqueue import Draft

TOPIC = "onboarding.nudge"
# Where a nudge goes whose client has no Slack destination of their own: our people pass it on.
OUR_DESTINATION = "operations"


@dataclass(frozen=True, kw_only=True)
class Letter:
    """One nudge to one client. `journeys` are those it is about; the first one's context names the Slack destination."""

    customer: Customer
    channel: Channel
    words: Words
    journeys: Sequence[Journey]
    lines: Sequence[Line] = ()


def draft_of(letter: Letter, *, dedupe_key: str, now: datetime) -> Draft:
    """The outbox message of a letter."""
    destination = find_destination(letter.journeys[0])
    return Draft(
        topic=TOPIC,
        channel=letter.channel,
        recipient=letter.customer.email if letter.channel is Channel.EMAIL else destination or OUR_DESTINATION,
        recipient_id=letter.customer.pk,
        payload={**_payload_of(letter, now=now), "is_for_team": letter.channel is Channel.SLACK and not destination},
        dedupe_key=dedupe_key,
    )


def find_destination(journey: Journey) -> str:
    """The client's own Slack destination: what the storefront said as support.channel, if a post can get there."""
    support = journey.context.get("support")
    named = support.get("channel") if isinstance(support, dict) else None
    place = settings.SLACK_CLIENT_DESTINATIONS.get(named) if isinstance(named, str) else None
    return str(named) if place and (place["webhook_url"] or settings.SLACK_BOT_TOKEN) else ""


def _payload_of(letter: Letter, *, now: datetime) -> dict[str, Any]:
    return {
        "journey_ids": [str(journey.pk) for journey in letter.journeys],
        "order_numbers": ", ".join(journey.order.order_number for journey in letter.journeys),
        "name": letter.customer.name,
        "subject": letter.words.subject,
        "paragraphs": [part.strip() for part in letter.words.message.split("\n\n") if part.strip()],
        "tasks": [{"title": line.title, "order_number": line.order_number, "note": line.note} for line in letter.lines],
        "links": [
            {
                "label": "Open your checklist" if len(letter.journeys) == 1 else f"Order {journey.order.order_number}",
                "url": checklist_link(order_id=journey.order_id, now=now),
            }
            for journey in letter.journeys
        ],
        "link_days": round(CHECKLIST_LINK_LIFETIME / timedelta(days=1)),
    }
