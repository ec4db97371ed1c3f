"""Filters of the journey list; each is served by an index."""

from collections.abc import Iterable
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from django.http import HttpRequest
from unfold.contrib.filters.admin import TextFilter

from onboarding.at_risk import at_risk, awaited_artifacts, overdue_tasks
from onboarding.models import ExperimentSegment, Journey
from onboarding.states import RiskLevel
from smplat import clock
from smplat.console.models import User

# More colleagues than this do not fit a list of choices.
MOST_OWNERS = 50
MINE, NOBODY = "me", "none"


class RiskFilter(admin.SimpleListFilter):
    """Computed from the status and the time since the last touch."""

    title = "risk"
    parameter_name = "risk"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:  # noqa: ARG002 - Django's signature
        return [(level.value, str(level.label)) for level in reversed(RiskLevel)]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Journey]) -> QuerySet[Journey]:  # noqa: ARG002 - Django's signature
        wanted = self.value() or ""
        if wanted not in RiskLevel.values:
            return queryset
        return queryset.filter(at_risk(RiskLevel(wanted), now=clock.now()))


class WaitsForFilter(admin.SimpleListFilter):
    """What is late or missing."""

    title = "waits for"
    parameter_name = "waits"
    CHOICES: ClassVar = {"overdue": "An overdue task", "artifact": "An artifact"}

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:  # noqa: ARG002 - Django's signature
        return self.CHOICES.items()

    def queryset(self, request: HttpRequest, queryset: QuerySet[Journey]) -> QuerySet[Journey]:  # noqa: ARG002 - Django's signature
        if self.value() == "overdue":
            return queryset.filter(pk__in=overdue_tasks(now=clock.now()).values("journey"))
        if self.value() == "artifact":
            return queryset.filter(pk__in=awaited_artifacts().values("journey"))
        return queryset


class OwnerFilter(admin.SimpleListFilter):
    """Mine, nobody's, or those of one colleague."""

    title = "owner"
    parameter_name = "owner"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:  # noqa: ARG002 - Django's signature
        colleagues = User.objects.filter(is_staff=True, is_active=True).exclude(username=request.user.get_username())
        named = [
            (str(pk), name) for pk, name in colleagues.order_by("username").values_list("pk", "username")[:MOST_OWNERS]
        ]
        return [(MINE, "Mine"), (NOBODY, "Nobody's"), *named]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Journey]) -> QuerySet[Journey]:
        wanted = self.value() or ""
        if wanted == MINE:
            return queryset.filter(owner_id=request.user.pk)
        if wanted == NOBODY:
            return queryset.filter(owner__isnull=True)
        known = dict(self.lookup_choices)
        return queryset.filter(owner_id=int(wanted)) if wanted in known else queryset


class ReferralFilter(admin.SimpleListFilter):
    """Whether the client came by a referral code."""

    title = "referral"
    parameter_name = "referral"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:  # noqa: ARG002 - Django's signature
        return [("yes", "With a code"), ("no", "Without one")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Journey]) -> QuerySet[Journey]:  # noqa: ARG002 - Django's signature
        return {
            "yes": queryset.exclude(referral_code=""),
            "no": queryset.filter(referral_code=""),
        }.get(self.value() or "", queryset)


class ExperimentFilter(TextFilter):
    """One experiment by its slug, or one of its variants as slug:variant; equal whatever the case."""

    title = "experiment (slug or slug:variant)"
    parameter_name = "experiment"

    def queryset(self, request: HttpRequest, queryset: QuerySet[Journey]) -> QuerySet[Journey]:  # noqa: ARG002 - Django's signature
        slug, _, variant = (self.value() or "").replace("\0", "").strip().lower().partition(":")
        if not slug:
            return queryset
        segments = ExperimentSegment.objects.alias(slug_lower=Lower("slug"), variant_lower=Lower("variant_key"))
        wanted = Q(slug_lower=slug) & (Q(variant_lower=variant) if variant else Q())
        return queryset.filter(pk__in=segments.filter(wanted).values("journey"))
