"""Own pages inside the console.

    class FunnelPage(ConsolePage):
        path = "analytics/funnel/"
        name = "analytics_funnel"              # admin:analytics_funnel
        title = "Offer funnel"
        permission = "analytics.view_offerevent"
        template_name = "analytics/funnel.html"   # {% extends "console/page.html" %}{% block page %}…{% endblock %}

        def get_page(self) -> dict[str, object]:
            return {"rows": …}                 # plain values for the template; self.request, self.kwargs are there

    pages.register(FunnelPage)                 # in ready(), together with navigation.register(Link(…))

A page that changes something is a FormPage: GET shows the form and says what will happen, POST does it.
"""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.auth.mixins import PermissionRequiredMixin
from django.http import HttpResponse
from django.urls import URLPattern, path, reverse
from django.views.generic import FormView, TemplateView
from django.views.generic.base import ContextMixin

from smplat import history
from smplat.console.models import User
from smplat.errors import Refusal


class ConsoleView(PermissionRequiredMixin, ContextMixin):
    """What every own page has: an address, a title, a permission, and the console around it."""

    # Address below /admin/, with Django's path converters, and name in the admin namespace.
    path: ClassVar[str]
    name: ClassVar[str]
    title: ClassVar[str] = ""
    # Without it the answer is 403; empty: everybody who may sign in.
    permission: ClassVar[str] = ""
    # URL name (without arguments) and title of the page above this one, shown as a link before the title.
    parent: ClassVar[tuple[str, str] | None] = None
    raise_exception = True

    def get_permission_required(self) -> tuple[str, ...]:
        return (self.permission,) if self.permission else ()

    @property
    def person(self) -> User:
        """Who looks: the console's login comes before every page."""
        user = self.request.user  # type: ignore[attr-defined]  # set by View.setup
        assert isinstance(user, User)
        return user

    def get_title(self) -> str:
        """The heading; override when it depends on what is shown."""
        return self.title

    def get_page(self) -> dict[str, Any]:
        """Plain values for the template."""
        return {}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        request = self.request  # type: ignore[attr-defined]  # set by View.setup
        request.current_app = admin.site.name
        crumbs = [{"title": self.parent[1], "url": reverse(self.parent[0])}] if self.parent else []
        page = {"title": self.get_title(), "crumbs": crumbs, **self.get_page()}
        return super().get_context_data(**admin.site.each_context(request), **page, **kwargs)


class ConsolePage(ConsoleView, TemplateView):
    """A page that shows something."""

    http_method_names = ["get", "head", "options"]


class FormPage(ConsoleView, FormView):  # type: ignore[type-arg]  # generic in the stubs only
    """A page that does something: its form says what, and only POST acts. Redirect from `act` with a message."""

    http_method_names = ["get", "head", "options", "post"]
    template_name = "console/form_page.html"
    # What will happen, said before the button.
    lead: ClassVar[str] = ""
    submit_label: ClassVar[str] = "Save"
    # The button of an act that destroys or cannot be taken back is red.
    is_dangerous: ClassVar[bool] = False

    def act(self, form: forms.Form) -> HttpResponse:
        """Do it, once the form is valid."""
        raise NotImplementedError

    def form_valid(self, form: forms.Form) -> HttpResponse:
        """Act; a refusal is shown beside the field it is about, a `reason` goes into the history of all that changes."""
        try:
            with history.why(form.cleaned_data.get("reason", "")):
                return self.act(form)
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
            return self.form_invalid(form)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        words = {"lead": self.lead, "submit_label": self.submit_label, "is_dangerous": self.is_dangerous}
        return super().get_context_data(**words, **kwargs)


_pages: dict[str, type[ConsolePage | FormPage]] = {}


def register(page: type[ConsolePage | FormPage]) -> None:
    """Give a page its address in the console."""
    _pages[page.name] = page


def registered() -> list[type[ConsolePage | FormPage]]:
    """Every own page."""
    return list(_pages.values())


def urls(site: admin.AdminSite) -> list[URLPattern]:
    """The addresses of all registered pages, each behind the console's login."""
    return [path(page.path, site.admin_view(page.as_view()), name=page.name) for page in _pages.values()]
