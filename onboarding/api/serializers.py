"""What the onboarding endpoints accept. Source: contract 3.5 to 3.13."""

from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail

from onboarding.states import ActorType, InteractionChannel, JourneyStatus
from smplat.api.inputs import Input

MAX_ENTRIES = 100
WORD_LENGTH = 255
# One names every transaction that was running.
LONGEST_CURSOR = 2000


class PlatformContextInput(Input):
    """An account on a platform; either spelling of its type."""

    id = serializers.CharField(max_length=WORD_LENGTH, allow_blank=True)
    label = serializers.CharField(max_length=WORD_LENGTH, allow_blank=True)  # type: ignore[assignment] # a field named as Field.label
    handle = serializers.CharField(max_length=WORD_LENGTH, required=False, allow_null=True, allow_blank=True)
    platformType = serializers.CharField(  # noqa: N815 - the wire's name, here and below
        max_length=WORD_LENGTH, required=False, allow_null=True, allow_blank=True
    )
    platform_type = serializers.CharField(max_length=WORD_LENGTH, required=False, allow_null=True, allow_blank=True)


class StartInput(Input):
    """What the storefront says about an onboarding; what it leaves out stays as it was."""

    referralCode = serializers.CharField(  # noqa: N815
        max_length=WORD_LENGTH, required=False, allow_null=True, allow_blank=True
    )
    offer = serializers.DictField(required=False, allow_null=True)
    addons = serializers.ListField(
        child=serializers.DictField(), max_length=MAX_ENTRIES, required=False, allow_null=True
    )
    support = serializers.DictField(required=False, allow_null=True)
    platformContexts = serializers.ListField(  # noqa: N815
        child=PlatformContextInput(), max_length=MAX_ENTRIES, required=False, allow_null=True
    )


class ToggleInput(Input):
    """A task is done, or not any more."""

    completed = serializers.BooleanField(required=True)
    actor = serializers.ChoiceField(choices=ActorType.choices, default=ActorType.CLIENT)


class ReferralInput(Input):
    """The code that was copied."""

    referral_code = serializers.CharField(max_length=WORD_LENGTH, allow_blank=True)


class ExperimentInput(Input):
    """One experiment, camelCase or snake_case; entries with a blank slug or variant are dropped later."""

    slug = serializers.CharField(max_length=WORD_LENGTH, allow_blank=True)
    variantKey = serializers.CharField(max_length=WORD_LENGTH, required=False, allow_blank=True)  # noqa: N815
    variant_key = serializers.CharField(max_length=WORD_LENGTH, required=False, allow_blank=True)
    variantName = serializers.CharField(  # noqa: N815
        max_length=WORD_LENGTH, required=False, allow_null=True, allow_blank=True
    )
    variant_name = serializers.CharField(max_length=WORD_LENGTH, required=False, allow_null=True, allow_blank=True)
    isControl = serializers.BooleanField(required=False, allow_null=True)  # noqa: N815
    is_control = serializers.BooleanField(required=False, allow_null=True)
    assignmentStrategy = serializers.CharField(  # noqa: N815
        max_length=WORD_LENGTH, required=False, allow_null=True, allow_blank=True
    )
    assignment_strategy = serializers.CharField(
        max_length=WORD_LENGTH, required=False, allow_null=True, allow_blank=True
    )
    status = serializers.CharField(max_length=WORD_LENGTH, required=False, allow_null=True, allow_blank=True)
    featureFlagKey = serializers.CharField(  # noqa: N815
        max_length=WORD_LENGTH, required=False, allow_null=True, allow_blank=True
    )
    feature_flag_key = serializers.CharField(max_length=WORD_LENGTH, required=False, allow_null=True, allow_blank=True)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """One of the two spellings of the variant is there."""
        if "variantKey" not in attrs and "variant_key" not in attrs:
            missing = ErrorDetail("This field is required.", code="required")
            raise serializers.ValidationError({"variantKey": [missing]})
        return attrs


class ExperimentsInput(Input):
    """The experiments of one order."""

    experiments = serializers.ListField(child=ExperimentInput(), allow_empty=False, max_length=MAX_ENTRIES)


class NudgeInput(Input):
    """A reminder in an operator's own words."""

    channel = serializers.ChoiceField(choices=InteractionChannel.choices)
    subject = serializers.CharField(min_length=3, max_length=120)
    message = serializers.CharField(min_length=10, max_length=10_000)
    taskId = serializers.UUIDField(required=False, allow_null=True)  # noqa: N815
    triggeredBy = serializers.CharField(min_length=2, max_length=120)  # noqa: N815


class JourneyListQuery(Input):
    """Which journeys to list, and where the page starts."""

    status = serializers.ListField(child=serializers.ChoiceField(choices=JourneyStatus.choices), required=False)
    stalled = serializers.BooleanField(default=False)
    referrals = serializers.BooleanField(default=False)
    search = serializers.CharField(max_length=WORD_LENGTH, required=False, allow_blank=True)
    experimentSlug = serializers.CharField(max_length=WORD_LENGTH, required=False, allow_blank=True)  # noqa: N815
    experimentVariant = serializers.CharField(max_length=WORD_LENGTH, required=False, allow_blank=True)  # noqa: N815
    limit = serializers.IntegerField(min_value=1, max_value=200, default=50)
    cursor = serializers.CharField(max_length=200, required=False)


class ExperimentEventsQuery(Input):
    """A page of experiment records; `cursor` is a `nextCursor`, a `sliceCursor` or an ISO moment (strictly older records follow)."""

    limit = serializers.IntegerField(min_value=1, max_value=1000, default=250)
    cursor = serializers.CharField(max_length=LONGEST_CURSOR, required=False)


class ConversionsQuery(Input):
    """A page of conversions; `cursor` is a `nextCursor`, a `sliceCursor`, an ISO moment (as known then) or an experiment's slug."""

    limit = serializers.IntegerField(min_value=1, max_value=100, default=25)
    cursor = serializers.CharField(max_length=LONGEST_CURSOR, required=False)
