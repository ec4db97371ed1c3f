"""The console: Django Admin in Unfold's look."""

from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, resolve
from unfold.sites import UnfoldAdminSite

from smplat import clock
from smplat.console import attention, overview, pages, search


class ConsoleSite(UnfoldAdminSite):
    """The operators' site."""

    index_title = "What needs you now"
    index_template = "console/attention.html"

    def extra_urls(self) -> list[URLPattern]:
        """Unfold's hook: addresses before the admin's own."""
        return pages.urls(self)

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """The first page: what waits for a person, and how things run."""
        now, may = clock.now(), request.user.has_perm
        found = {
            "attention": attention.look(attention.AttentionContext(now=now), may=may),
            "figures": overview.figures(now, may=may),
            "looked_at": now,
        }
        response: TemplateResponse = super().index(request, {**found, **(extra_context or {})})
        return response

    def catch_all_view(self, request: HttpRequest, url: str) -> HttpResponse:
        """An address typed without its last slash leads to its page."""
        if request.method == "GET" and not url.endswith("/") and resolve(f"{request.path_info}/").url_name:
            return redirect(request.get_full_path(force_append_slash=True))
        raise Http404

    def search(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:  # noqa: ARG002 - Unfold's signature
        """Results for the command search; never cached, so that a right taken away is gone at once."""
        words = request.GET.get("s", "").strip()
        if not words:
            return HttpResponse()
        pages_of_results = Paginator(search.find(request.user, words), search.MOST_RESULTS)
        context = {
            "page_obj": pages_of_results,
            "results": pages_of_results.page(1),
            "page_counter": 0,
            "execution_time": 0,
        }
        return TemplateResponse(
            request, "unfold/helpers/command_results.html", context, headers={"HX-Trigger": "search"}
        )
