"""The tables of the checkout in the console. Django imports this module alone, so it names the others."""

from checkout.admin import customers, escalations, orders, policies

__all__ = ["customers", "escalations", "orders", "policies"]
