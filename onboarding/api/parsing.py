"""From validated input to what the actions and queries take."""

from collections.abc import Mapping
from typing import Any

from onboarding.actions.record_experiments import Experiment
from onboarding.actions.start_journey import ACCOUNTS, Introduction
from onboarding.queries.journeys import JourneyFilter
from onboarding.states import JourneyStatus

# Members of an experiment beside slug and variant: as we call them, as the wire calls them first.
_FACTS = {
    "variant_name": "variantName",
    "is_control": "isControl",
    "assignment_strategy": "assignmentStrategy",
    "status": "status",
    "feature_flag_key": "featureFlagKey",
}


def parse_introduction(value: Mapping[str, Any]) -> Introduction:
    """What the storefront says. A part that is null or left out says nothing."""
    accounts = value.get("platformContexts")
    context = {
        "offer": value.get("offer"),
        "addons": value.get("addons"),
        "support": value.get("support"),
        ACCOUNTS: None if accounts is None else [_account(account) for account in accounts],
    }
    return Introduction(
        referral_code=value.get("referralCode") or "",
        context={name: part for name, part in context.items() if part is not None},
    )


def _account(value: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "id": value["id"],
        "label": value["label"],
        "handle": value.get("handle"),
        "platform_type": value.get("platformType", value.get("platform_type")),
    }


def parse_experiment(value: Mapping[str, Any]) -> Experiment:
    """One experiment, in either spelling."""
    return Experiment(
        slug=value["slug"],
        variant_key=value.get("variantKey", value.get("variant_key", "")),
        **{name: value.get(wire, value.get(name)) for name, wire in _FACTS.items()},
    )


def parse_filter(value: Mapping[str, Any]) -> JourneyFilter:
    """Which journeys to list."""
    return JourneyFilter(
        statuses=tuple(JourneyStatus(status) for status in value.get("status", ())),
        only_stalled=value["stalled"],
        only_with_referral=value["referrals"],
        search=value.get("search", ""),
        experiment_slug=value.get("experimentSlug", ""),
        experiment_variant=value.get("experimentVariant", ""),
    )
