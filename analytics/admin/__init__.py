"""The tables of analytics in the console. Django imports this module alone, so it names the others."""

from analytics.admin import events, quarantine, receipts

__all__ = ["events", "quarantine", "receipts"]
