"""An action asks first, says why it refuses, and leads somewhere."""

from collections.abc import Callable

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.test import RequestFactory
from unfold.admin import ModelAdmin

from smplat.console.actions import ReasonForm, acting
from smplat.console.models import User
from smplat.errors import Conflict

CONFIRMED = {"_form_submitted": "on", "reason": "because"}


class LampAdmin(ModelAdmin):
    actions_detail = ("switch_off", "refuse", "refuse_field")
    seen: list[str] = []

    @acting("Switch off", question="Off?", permission="auth.change_group")
    def switch_off(self, request, form: ReasonForm, object_id: str) -> HttpResponse:
        self.seen.append(form.cleaned_data["reason"])
        return redirect("/admin/")

    @acting("Refuse", question="Off?", permission="auth.change_group")
    def refuse(self, request, form: ReasonForm, object_id: str) -> HttpResponse:
        raise Conflict("The lamp is <hot>.")

    @acting("Refuse field", question="Off?", permission="auth.change_group")
    def refuse_field(self, request, form: ReasonForm, object_id: str) -> HttpResponse:
        raise Conflict("Too short.", field="reason")


@pytest.fixture
def ask() -> Callable[..., HttpResponse]:
    LampAdmin.seen.clear()

    def make(
        name: str, data: dict[str, str] | None = None, *, row: str = "1", is_superuser: bool = True, **headers: str
    ) -> HttpResponse:
        factory = RequestFactory()
        request = factory.get("/x/") if data is None else factory.post("/x/", data, headers=headers)
        request.user = User(is_superuser=is_superuser, is_active=is_superuser, is_staff=True)
        return getattr(LampAdmin(Group, admin.site), name)(request, object_id=row)

    return make


def test_a_get_only_asks(ask: Callable[..., HttpResponse]) -> None:
    assert "Off?" in ask("switch_off").content.decode()
    assert LampAdmin.seen == []


def test_without_a_reason_nothing_happens(ask: Callable[..., HttpResponse]) -> None:
    ask("switch_off", {"_form_submitted": "on", "reason": " "})
    assert LampAdmin.seen == []


def test_a_confirmed_action_happens_once_and_redirects(ask: Callable[..., HttpResponse]) -> None:
    assert ask("switch_off", CONFIRMED).headers["Location"] == "/admin/"
    assert LampAdmin.seen == ["because"]


def test_a_dialog_is_told_to_move_the_page(ask: Callable[..., HttpResponse]) -> None:
    answer = ask("switch_off", CONFIRMED, **{"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (200, "/admin/")


def test_a_refusal_is_said_in_the_dialog(ask: Callable[..., HttpResponse]) -> None:
    answer = ask("refuse", CONFIRMED)
    assert answer.status_code == 200
    assert "The lamp is &lt;hot&gt;." in answer.content.decode()


def test_a_refusal_about_a_field_stands_beside_it(ask: Callable[..., HttpResponse]) -> None:
    assert "Too short." in ask("refuse_field", CONFIRMED).content.decode()


def test_whoever_lacks_the_permission_is_not_even_asked(ask: Callable[..., HttpResponse]) -> None:
    with pytest.raises(PermissionDenied):
        ask("switch_off", is_superuser=False)


def test_a_row_that_cannot_exist_is_not_found(ask: Callable[..., HttpResponse]) -> None:
    with pytest.raises(Http404):
        ask("switch_off", CONFIRMED, row="no-number")
