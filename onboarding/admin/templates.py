"""Checklists in the console: every version, what it asks, and how many journeys are on it."""

from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse

from onboarding.console.template_pages import MOVES, PUBLISHES
from onboarding.models import JourneyTemplate
from onboarding.states import InteractionChannel, JourneyStatus, SelfCheck
from onboarding.template_moves import list_movable
from onboarding.templates import lines_of
from smplat.console.columns import column
from smplat.console.counting import count_up_to
from smplat.console.read_only import ReadOnlyAdmin


@admin.register(JourneyTemplate)
class JourneyTemplateAdmin(ReadOnlyAdmin):
    nothing_yet: ClassVar[str] = "No journey can begin without a checklist: publish the first."
    list_display: ClassVar = ("title", "slug", "version", "is_current", "made_for", "live", "created_at", "created_by")
    list_filter: ClassVar = ("is_current",)
    list_before_template = "onboarding/template_list_head.html"
    ordering = ("slug", "-version")
    sortable_by = ()
    fields: ClassVar = ("title",)
    change_form_template = "onboarding/template.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[JourneyTemplate]:
        templates: QuerySet[JourneyTemplate] = super().get_queryset(request)
        return templates.annotate(live_journeys=Count("journeys", filter=~Q(journeys__status=JourneyStatus.COMPLETED)))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """One version with its tasks, and what can be done with it."""
        template = self.get_object(request, unquote(object_id)) if self.has_view_permission(request) else None
        extra = dict(extra_context or {})
        if template is not None:
            extra |= {"title": str(template), "subtitle": None, "template": template}
            extra |= _page_of(template)
            extra |= {"may_publish": request.user.has_perm(PUBLISHES), "may_move": request.user.has_perm(MOVES)}
        response: HttpResponse = super().change_view(request, object_id, form_url, extra)
        return response

    @column("For products of")
    def made_for(self, template: JourneyTemplate) -> str:
        return template.product_category or "orders that no other checklist is for"

    @column("Live journeys")
    def live(self, template: Any) -> int:
        count: int = template.live_journeys
        return count


def _page_of(template: JourneyTemplate) -> dict[str, Any]:
    checks, ways = dict(SelfCheck.choices), dict(InteractionChannel.choices)
    return {
        "lines": [
            (line, checks.get(line.self_check, ""), ways.get(line.preferred_channel, line.preferred_channel))
            for line in lines_of(template)
        ],
        "movable": count_up_to(list_movable(template)) if template.is_current else None,
        "versions": JourneyTemplate.objects.filter(slug=template.slug).order_by("-version"),
    }
