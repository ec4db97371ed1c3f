"""The matrix in the documentation is current, and every line of it is true when asked for real."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django.db import models
from django.http import HttpResponse
from django.test import Client
from django.urls import path

from smplat.console import access_matrix, access_matrix_page
from smplat.console.access_matrix import Entry, UnknownAddress
from smplat.console.models import User
from smplat.console.roles import Role

pytestmark = pytest.mark.django_db

# What stands in for each kind of argument in an address; no such row exists, permissions are decided before rows are read.
_ARGUMENTS = {"int": "0", "uuid": "00000000-0000-7000-8000-000000000000", "slug": "none", "str": "none", "path": "0"}


def _url(entry: Entry) -> str:
    """The entry's address with something in the place of its arguments: a real row where the table has one."""
    row = None
    if "." in entry.section:
        model = next(model for model in admin.site._registry if model._meta.label == entry.section)
        row = model._default_manager.values_list("pk", flat=True).first() if model._meta.managed else None
    route = re.sub(r"<path:object_id>|<id>", str(row) if row is not None else "0", entry.route)
    return "/admin/" + re.sub(r"<(\w+):\w+>", lambda match: _ARGUMENTS[match[1]], route)


def _is_refused(response: HttpResponse) -> bool:
    return response.status_code == 403 or response.headers.get("Location", "").startswith("/admin/login/")


def _asked() -> list[Entry]:
    """Entries that can be requested; signing out comes last."""
    entries = [entry for entry in access_matrix.entries(admin.site) if access_matrix.ON_TICKED_ROWS not in entry.what]
    return sorted(entries, key=lambda entry: entry.route == "logout/")


def _request(client: Client, entry: Entry) -> HttpResponse:
    response = client.generic(entry.method, _url(entry))
    assert response.status_code < 500, entry
    return response


def test_the_page_in_the_documentation_is_current() -> None:
    page = (settings.BASE_DIR / "docs" / "access-matrix.md").read_text()
    assert page == access_matrix_page.render(access_matrix.entries(admin.site)), "run manage.py write_access_matrix"


@pytest.mark.parametrize("role", list(Role))
def test_each_role_gets_exactly_what_the_matrix_says(role: Role, person: Callable[..., User]) -> None:
    AccessAttempt.objects.create(username="eve", ip_address="203.0.113.9", failures_since_start=5)
    client = Client()
    client.force_login(person("bob", role.value))
    wrong = [
        entry
        for entry in _asked()
        if _is_refused(_request(client, entry)) == (role in entry.roles) and not _is_empty_history(entry)
    ]
    assert wrong == []


def test_a_person_without_a_role_gets_what_all_roles_share(person: Callable[..., User]) -> None:
    client = Client()
    client.force_login(person("bob"))
    wrong = [
        entry
        for entry in _asked()
        if entry.section not in {"Console", "Pages"}
        and not _is_refused(_request(client, entry))
        and not _is_empty_history(entry)
    ]
    assert wrong == []


def test_nobody_gets_anything_without_signing_in() -> None:
    client = Client()
    open_to_all = {entry.route for entry in _asked() if not _is_refused(_request(client, entry))}
    assert open_to_all == {"logout/"}


@pytest.mark.parametrize("row", ["abc", "%00", "9" * 40, "..%2F..%2Fetc", "-1", "%F0%9F%92%A9"])
def test_an_address_of_a_row_that_cannot_exist_is_no_error_of_ours(row: str, person: Callable[..., User]) -> None:
    client = Client()
    client.force_login(person("ada", "admin"))
    for entry in _asked():
        if "object_id" in entry.route:
            address = "/admin/" + entry.route.replace("<path:object_id>", row)
            assert (
                client.generic(
                    entry.method, address, "_form_submitted=on&reason=x", "application/x-www-form-urlencoded"
                ).status_code
                < 500
            ), address


def test_an_address_the_matrix_does_not_know_stops_it() -> None:
    surprise = path("surprise/", lambda request: HttpResponse(), name="surprise")
    with pytest.raises(UnknownAddress, match="surprise"):
        access_matrix._asked(admin.site._registry[Group], surprise)


def _is_empty_history(entry: Entry) -> bool:
    """Django answers a missing row's history with a redirect before it asks for permissions; nothing is told by it."""
    if entry.what != "history":
        return False
    model: type[models.Model] = next(model for model in admin.site._registry if model._meta.label == entry.section)
    return not (model._meta.managed and model._default_manager.exists())


def test_the_command_says_when_the_page_is_out_of_date(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(settings, "BASE_DIR", tmp_path)
    (tmp_path / "docs").mkdir()
    with pytest.raises(CommandError, match="out of date"):
        call_command("write_access_matrix", "--check")
    call_command("write_access_matrix")
    call_command("write_access_matrix", "--check")
