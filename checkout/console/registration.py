"""What the checkout adds to the console: pages, sidebar, rights."""

from checkout.console.order_search import jump_to_orders
from checkout.console.orders_csv import OrdersCsv
from smplat.console import navigation, pages, roles, search
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
        title="Customers",
        icon="person",
        url_name="admin:checkout_customer_changelist",
        permission="checkout.view_customer",
        order=50,
    ),
)


def register() -> None:
    """Called once, when all apps are loaded."""
    pages.register(OrdersCsv)
    for link in LINKS:
        navigation.register(link)
    search.register(jump_to_orders)
    roles.grant("viewer", "checkout.view_order")
    # Who a customer is: for those who act for them.
    for role in ("operator", "on-call"):
        roles.grant(role, "checkout.view_customer")
