"""What the API adds to the console."""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Min
from django.urls import reverse

from smplat import schedules
from smplat.api.key_pages import IssueKeyPage, RotateKeyPage
from smplat.api.key_states import SOON
from smplat.api.models import ApiKey
from smplat.api.tasks import DROP_OLD_RECEIPTS
from smplat.console import attention, navigation, pages, roles
from smplat.console.attention import AttentionContext, Card, Severity
from smplat.console.navigation import Link
from smplat.schedules import Schedule

LINKS = (
    Link(
        group="Administration",
        title="API clients",
        icon="api",
        url_name="admin:api_apiclient_changelist",
        permission="api.view_apiclient",
        order=920,
    ),
    Link(
        group="Administration",
        title="API keys",
        icon="key",
        url_name="admin:api_apikey_changelist",
        permission="api.view_apikey",
        order=921,
    ),
)


def keys_that_end(context: AttentionContext) -> Iterator[Card]:
    """API keys in use that end within two weeks."""
    ending = ApiKey.objects.usable(now=context.now).filter(
        expires_at__lte=context.now + SOON, last_used_at__gte=context.now - SOON, replaced_by=None
    )
    if count := ending.count():
        first = ending.aggregate(first=Min("expires_at"))["first"]
        yield Card(
            title="API keys end soon",
            count=count,
            detail=f"Still in use, the first ends on {first:%Y-%m-%d}: rotate them before their callers are refused.",
            url=f"{reverse('admin:api_apikey_changelist')}?o=8",
            severity=Severity.WARNING,
            permission="api.view_apikey",
        )


def register() -> None:
    """Called once, when all apps are loaded."""
    pages.register(IssueKeyPage)
    pages.register(RotateKeyPage)
    attention.register(keys_that_end)
    # Whoever is on call ends a leaked key at any hour; new secrets are an admin's business.
    roles.grant("on-call", "api.view_apiclient", "api.view_apikey", "api.delete_apikey")
    roles.grant("admin", "api.add_apiclient", "api.change_apiclient", "api.add_apikey", "api.change_apikey")
    schedules.register(
        Schedule(
            name="drop-old-receipts",
            task=DROP_OLD_RECEIPTS,
            every=timedelta(hours=1),
            title="Answers kept for repeated requests are forgotten after two days",
        )
    )
    for link in LINKS:
        navigation.register(link)
