"""Roles in the database are the roles in code."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command

from smplat.console import roles
from smplat.console.roles_sync import sync_roles

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def grants(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roles, "_grants", {role: set() for role in roles.Role})


def _held(name: str) -> set[str]:
    pairs = Group.objects.get(name=name).permissions.values_list("content_type__app_label", "codename")
    return {f"{label}.{codename}" for label, codename in pairs}


def test_every_role_is_a_group_that_holds_what_was_granted() -> None:
    roles.grant("analyst", "auth.view_group")
    sync_roles()
    assert _held("analyst") == {"auth.view_group"}


def test_every_role_holds_what_the_viewer_holds() -> None:
    roles.grant("viewer", "auth.view_group")
    sync_roles()
    assert all(_held(role) == {"auth.view_group"} for role in roles.Role.values)


def test_the_admin_holds_what_any_role_holds() -> None:
    roles.grant("analyst", "auth.view_group")
    roles.grant("operator", "console.view_user")
    sync_roles()
    assert _held("admin") == {"auth.view_group", "console.view_user"}


def test_a_permission_given_by_hand_to_a_role_is_taken_away_again() -> None:
    Group.objects.get(name="viewer").permissions.add(Permission.objects.get(codename="delete_user"))
    sync_roles()
    assert _held("viewer") == set()


def test_a_group_that_is_no_role_is_left_alone() -> None:
    permission = Permission.objects.get(codename="delete_user")
    Group.objects.create(name="auditors").permissions.add(permission)
    sync_roles()
    assert _held("auditors") == {"console.delete_user"}


def test_an_unknown_role_is_refused() -> None:
    with pytest.raises(ValueError, match="janitor"):
        roles.grant("janitor", "auth.view_group")


@pytest.mark.django_db(transaction=True)
def test_groups_come_back_after_a_flush_and_hold_what_code_grants() -> None:
    roles.grant("viewer", "auth.view_group")
    call_command("flush", interactive=False, verbosity=0)
    assert _held("viewer") == {"auth.view_group"}
