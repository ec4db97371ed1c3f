"""What merchandising adds to the console: sidebar and rights."""

from smplat.console import navigation, roles
from smplat.console.navigation import Link

PRODUCTS = Link(
    group="Catalogue",
    title="Products",
    icon="inventory_2",
    url_name="admin:merchandising_product_changelist",
    permission="merchandising.view_product",
    order=210,
)


def register() -> None:
    """Called once, when all apps are loaded."""
    navigation.register(PRODUCTS)
    roles.grant("viewer", "merchandising.view_product")
    roles.grant("merchandiser", "merchandising.add_product", "merchandising.change_product")
