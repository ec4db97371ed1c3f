"""The tables of the onboarding in the console. Django imports this module alone, so it names the others."""

from onboarding.admin import journeys, policies, templates

__all__ = ["journeys", "policies", "templates"]
