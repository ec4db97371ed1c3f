"""What an API key may do."""

from typing import Final

from django.db import models


class Scope(models.TextChoices):
    """One right on one kind of thing; a key holds a set of them."""

    EVENTS_WRITE = "events:write", "Record offer events"
    EVENTS_READ = "events:read", "Read offer event reports"
    # Only for imports of the past: backdated facts never prompt a customer.
    EVENTS_BACKDATE = "events:backdate", "State when an order or stage event happened"
    JOURNEYS_READ = "journeys:read", "Read onboarding journeys"
    JOURNEYS_WRITE = "journeys:write", "Start onboarding journeys and tick their tasks"
    ORDERS_READ = "orders:read", "Read orders and orchestrations"
    ORDERS_WRITE = "orders:write", "Create orders and record stage events"
    # For a caller that has its own price agreement with the customer.
    ORDERS_PRICE_OVERRIDE = "orders:price-override", "Set prices that differ from the catalogue"
    CATALOG_READ = "catalog:read", "Read unpublished catalogue entries too"
    CATALOG_WRITE = "catalog:write", "Change products and bundles"
    PREFERENCES_READ = "preferences:read", "Read notification preferences"
    PREFERENCES_WRITE = "preferences:write", "Change notification preferences"
    PROVIDERS_READ = "providers:read", "Read provider guardrails and their follow-ups"
    PROVIDERS_WRITE = "providers:write", "Hand in provider observations and follow-ups"
    REPORTS_READ = "reports:read", "Read reports"
    SWITCHES_WRITE = "switches:write", "Flip operations switches"
    METRICS_READ = "metrics:read", "Read /metrics"


# A publishable key is visible to every visitor of a page, so it may only add what a visitor may add.
PUBLISHABLE_SCOPES: Final = frozenset({Scope.EVENTS_WRITE})

# Rights that no existing storefront has: each must be granted to a named key.
GRANTED_BY_NAME: Final = frozenset(
    {Scope.EVENTS_BACKDATE, Scope.ORDERS_PRICE_OVERRIDE, Scope.SWITCHES_WRITE, Scope.METRICS_READ}
)

# What the environment's CHECKOUT_API_KEY may do: all that its one shared key opened before scopes existed.
STOREFRONT_SCOPES: Final = frozenset(Scope) - GRANTED_BY_NAME
