"""What analytics adds to the console: pages, sidebar, rights."""

from analytics.cards import differing_ledger_hours, last_hour, quarantined_events
from analytics.console.bulk_discard import BulkDiscardPage
from analytics.console.funnel import FunnelCsv, FunnelPage
from analytics.console.receipts import LedgerPage
from analytics.console.replay_page import ReplayPage
from analytics.console.reports import PERMISSION as SEES_REPORTS
from analytics.console.reports import CitedReportsPage, ReportsPage
from analytics.console.silence import nothing_arrives
from smplat.console import attention, navigation, overview, pages, roles
from smplat.console.navigation import Link

GROUP = "Analytics"
LINKS = (
    Link(group=GROUP, title="Reports", icon="monitoring", url_name="admin:reports", permission=SEES_REPORTS, order=95),
    Link(
        group=GROUP,
        title="Offer funnel",
        icon="filter_alt",
        url_name="admin:analytics_funnel",
        permission="analytics.view_offerevent",
        order=100,
    ),
    Link(
        group=GROUP,
        title="Offer events",
        icon="list_alt",
        url_name="admin:analytics_offerevent_changelist",
        permission="analytics.view_offerevent",
        order=110,
    ),
    Link(
        group=GROUP,
        title="Quarantine",
        icon="report",
        url_name="admin:analytics_quarantinedevent_changelist",
        permission="analytics.view_quarantinedevent",
        order=120,
    ),
    Link(
        group=GROUP,
        title="Ingest ledger",
        icon="balance",
        url_name="admin:analytics_ledger",
        permission="analytics.view_ingestreceipt",
        order=130,
    ),
    Link(
        group=GROUP,
        title="Receipts",
        icon="receipt_long",
        url_name="admin:analytics_ingestreceipt_changelist",
        permission="analytics.view_ingestreceipt",
        order=140,
    ),
)


def register() -> None:
    """Called once, when all apps are loaded."""
    for page in (FunnelPage, FunnelCsv, ReplayPage, BulkDiscardPage, LedgerPage, ReportsPage, CitedReportsPage):
        pages.register(page)
    for link in LINKS:
        navigation.register(link)
    attention.register(quarantined_events)
    attention.register(differing_ledger_hours)
    attention.register(nothing_arrives)
    overview.register(last_hour)
    roles.grant(
        "viewer", "analytics.view_offerevent", "analytics.view_quarantinedevent", "analytics.view_ingestreceipt"
    )
    roles.grant("viewer", SEES_REPORTS)
    roles.grant("operator", "analytics.change_quarantinedevent")
