"""What the outbox adds to console and operations."""

from collections.abc import Iterator
from datetime import timedelta

from django.urls import reverse

from smplat import schedules
from smplat.console import attention, navigation, pages, roles
from smplat.console.attention import AttentionContext, Card, Severity
from smplat.console.counting import count_up_to
from smplat.console.navigation import Link
from smplat.operations import readiness
from smplat.outbox.admin.endpoints import RotateSecretPage
from smplat.outbox.choices import Channel, State
from smplat.outbox.models import Message
from smplat.outbox.readiness import SWEEP, check_outbox
from smplat.outbox.switching import declare_switches

SCHEDULES = (
    schedules.Schedule(
        name=SWEEP,
        task="outbox.sweep",
        every=timedelta(seconds=10),
        title="Messages whose wake-up got lost are delivered.",
    ),
    schedules.Schedule(
        name="purge-outbox",
        task="outbox.purge",
        every=timedelta(hours=1),
        title="Texts and addresses of old messages are removed when promised.",
    ),
)
# Greylisting, a restart or a deployment is over by then; what goes on needs a person.
PASSES_BY_ITSELF = timedelta(minutes=10)
LINKS = (
    Link(
        group="Outbox",
        title="Messages",
        icon="outbox",
        url_name="admin:outbox_message_changelist",
        permission="outbox.view_message",
        order=700,
    ),
    Link(
        group="Outbox",
        title="Webhook endpoints",
        icon="webhook",
        url_name="admin:outbox_webhookendpoint_changelist",
        permission="outbox.view_webhookendpoint",
        order=701,
    ),
)


def dead_messages(context: AttentionContext) -> Iterator[Card]:  # noqa: ARG001 - a provider's signature
    """Messages that could not be delivered."""
    dead = Message.objects.filter(state=State.DEAD)
    counted = count_up_to(dead)
    if counted.count:
        yield Card(
            title="Messages could not be delivered",
            count=counted.count,
            is_lower_bound=counted.is_lower_bound,
            detail="Refused for good, or out of attempts. Set the cause right, then send them again.",
            url=f"{reverse('admin:outbox_message_changelist')}?situation=dead",
            severity=Severity.WARNING,
            permission="outbox.view_message",
            oldest_at=dead.order_by("created_at").values_list("created_at", flat=True).first(),
        )


def failing_messages(context: AttentionContext) -> Iterator[Card]:
    """Messages that have failed for some minutes and are tried again."""
    for channel in Channel:
        failing = Message.objects.failing().filter(channel=channel, created_at__lte=context.now - PASSES_BY_ITSELF)
        counted = count_up_to(failing)
        if counted.count:
            held_up = failing.held_up().order_by("-due_at").values_list("last_error", flat=True).first()
            words = held_up or failing.order_by("-due_at").values_list("last_error", flat=True).first()
            yield Card(
                title=f"{channel.label}: messages do not get through",
                count=counted.count,
                is_lower_bound=counted.is_lower_bound,
                detail=f"They are tried again. The newest says: {words}",
                url=f"{reverse('admin:outbox_message_changelist')}?situation=failing&channel__exact={channel.value}",
                severity=Severity.WARNING if held_up else Severity.NOTICE,
                permission="outbox.view_message",
                oldest_at=failing.order_by("created_at").values_list("created_at", flat=True).first(),
            )


def register() -> None:
    """Called once, when all apps are loaded."""
    declare_switches()
    for schedule in SCHEDULES:
        schedules.register(schedule)
    readiness.register("outbox", check_outbox)
    attention.register(dead_messages)
    attention.register(failing_messages)
    pages.register(RotateSecretPage)
    # Messages hold names and addresses: they are for those who act on them.
    for role in ("operator", "on-call"):
        roles.grant(role, "outbox.view_message", "outbox.view_deliverylogentry", "outbox.resend_message")
    roles.grant("on-call", "outbox.view_webhookendpoint", "outbox.change_webhookendpoint")
    roles.grant("admin", "outbox.add_webhookendpoint", "outbox.rotate_webhook_secret")
    for link in LINKS:
        navigation.register(link)
