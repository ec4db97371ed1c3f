"""The outbox in the console; Django looks for its admin classes here."""

from smplat.outbox.admin import endpoints, messages

__all__ = ["endpoints", "messages"]
