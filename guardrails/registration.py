"""What guardrails adds to the console: sidebar and rights."""

from smplat.console import navigation, roles
from smplat.console.navigation import Link

PROVIDERS = Link(
    group="Catalogue",
    title="Providers",
    icon="local_shipping",
    url_name="admin:guardrails_provider_changelist",
    permission="guardrails.view_provider",
    order=220,
)


def register() -> None:
    """Called once, when all apps are loaded."""
    navigation.register(PROVIDERS)
    roles.grant("viewer", "guardrails.view_provider")
    roles.grant("merchandiser", "guardrails.add_provider", "guardrails.change_provider")
    for role in ("operator", "on-call"):
        roles.grant(role, "guardrails.pause_provider")
