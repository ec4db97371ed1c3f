"""A console action without a dialog or a permission does not get past `manage.py check`."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.http import HttpRequest, HttpResponse
from unfold.admin import ModelAdmin
from unfold.decorators import action

from smplat.console import checks, roles
from smplat.console.actions import DialogForm, acting, reading


class CarelessAdmin(ModelAdmin):
    actions_row = ("drop", "peek")

    @action(description="Drop")
    def drop(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return HttpResponse()

    @reading("Peek", permission="auth.view_group")
    def peek(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return HttpResponse()


class CarefulAdmin(ModelAdmin):
    actions_detail = ("drop",)

    @acting("Drop", question="Drop it?", permission="auth.delete_group")
    def drop(self, request: HttpRequest, form: DialogForm, object_id: str) -> HttpResponse:
        return HttpResponse()


def _ids(model_admin: type[ModelAdmin]) -> list[str]:
    return [message.id for message in checks._check_admin(model_admin(Group, admin.site))]


def test_a_bare_action_is_refused_for_both_reasons() -> None:
    assert _ids(CarelessAdmin) == ["console.E003", "console.E004"]


def test_an_acting_action_passes() -> None:
    assert _ids(CarefulAdmin) == []


def test_a_submit_line_action_is_refused() -> None:
    class Late(ModelAdmin):
        actions_submit_line = ("save_and_drop",)

    assert "console.E002" in _ids(Late)


def test_a_grant_of_an_unknown_permission_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roles, "_grants", {role: set() for role in roles.Role})
    roles.grant("analyst", "analytics.view_nothing")
    messages = [message.msg for message in checks.check_grants(None)]
    assert messages[0] == "role analyst is granted analytics.view_nothing, which no model declares"


def test_all_registered_admins_pass() -> None:
    assert [message.msg for message in checks.check_actions(None)] == []
