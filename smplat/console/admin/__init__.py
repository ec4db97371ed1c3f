"""Admin pages of the console itself. Django imports this module alone, so it names the others."""

from smplat.console.admin import logins, schedules, users

__all__ = ["logins", "schedules", "users"]
