"""What the checkout adds to the console: pages, sidebar, rights."""

from checkout.cards import escalations_to_take, last_day, late_escalations, stalled_checkouts
from checkout.console import order_timeline
from checkout.console.escalation_timeline import escalation_lines
from checkout.console.order_search import jump_to_orders
from checkout.console.orders_csv import OrdersCsv
from checkout.console.policy_page import PolicyPage
from checkout.console.recovery_page import EDITS_POLICIES, PERMISSION, RecoveryPage
from checkout.console.results_page import ResultsCsv, ResultsPage, SuppressedSendsCsv
from smplat.console import attention, navigation, overview, pages, roles, search, timeline
from smplat.console.navigation import Link

GROUP = "Checkout"
LINKS = (
    Link(
        group=GROUP,
        title="Orders",
        icon="shopping_cart",
        url_name="admin:checkout_order_changelist",
        permission="checkout.view_order",
        order=20,
    ),
    Link(
        group=GROUP,
        title="Recovery",
        icon="restart_alt",
        url_name="admin:checkout_recovery",
        permission=PERMISSION,
        order=30,
    ),
    Link(
        group=GROUP,
        title="Escalations",
        icon="notification_important",
        url_name="admin:checkout_escalation_changelist",
        permission="checkout.view_escalation",
        order=40,
    ),
    Link(
        group=GROUP,
        title="Customers",
        icon="person",
        url_name="admin:checkout_customer_changelist",
        permission="checkout.view_customer",
        order=50,
    ),
)


def register() -> None:
    """Called once, when all apps are loaded."""
    for page in (OrdersCsv, RecoveryPage, PolicyPage, ResultsPage, ResultsCsv, SuppressedSendsCsv):
        pages.register(page)
    for link in LINKS:
        navigation.register(link)
    search.register(jump_to_orders)
    for card in (stalled_checkouts, late_escalations, escalations_to_take):
        attention.register(card)
    overview.register(last_day)
    for lines in (*order_timeline.PROVIDERS, escalation_lines):
        timeline.register(lines)
    grant_rights()


def grant_rights() -> None:
    """Everybody sees orders; who a customer is, and what moves an order, is for those who act for customers."""
    roles.grant("viewer", "checkout.view_order", "checkout.view_escalation", PERMISSION)
    for role in ("operator", "on-call"):
        roles.grant(role, "checkout.view_customer", "checkout.change_order")
        roles.grant(role, "checkout.prompt_customer", "checkout.change_escalation", EDITS_POLICIES)
    roles.grant("on-call", "checkout.override_prompt")
