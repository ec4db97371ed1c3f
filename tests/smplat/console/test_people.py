"""Who may manage people, and what nobody may do: give themselves, or anyone, more than they have."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client

from smplat.console.models import User

pytestmark = pytest.mark.django_db

Person = Callable[..., User]


@pytest.fixture
def admin_client(person: Person) -> Client:
    client = Client()
    client.force_login(person("ada", "admin"))
    return client


def _form(user: User, **changes: object) -> dict[str, object]:
    groups = [str(group.pk) for group in user.groups.all()]
    return {
        "username": user.username,
        "time_zone": "UTC",
        "is_active": "on",
        "is_staff": "on",
        "groups": groups,
        **changes,
    }


def _post(client: Client, user: User, **changes: object) -> int:
    return client.post(f"/admin/console/user/{user.pk}/change/", _form(user, **changes)).status_code


def test_an_admin_gives_a_role(admin_client: Client, person: Person) -> None:
    bob = person("bob", "viewer")
    analyst = Group.objects.get(name="analyst")
    assert _post(admin_client, bob, groups=[str(analyst.pk)]) == 302
    assert list(bob.groups.all()) == [analyst]


def test_an_admin_cannot_touch_their_own_rights(admin_client: Client) -> None:
    ada = User.objects.get(username="ada")
    viewer = Group.objects.get(name="viewer")
    assert _post(admin_client, ada, groups=[str(viewer.pk)], time_zone="Europe/Madrid") == 302
    ada.refresh_from_db()
    assert ([group.name for group in ada.groups.all()], ada.time_zone) == (["admin"], "Europe/Madrid")


def test_an_admin_cannot_make_a_superuser(admin_client: Client, person: Person) -> None:
    bob = person("bob", "viewer")
    _post(admin_client, bob, is_superuser="on", user_permissions=[str(Permission.objects.all()[0].pk)])
    bob.refresh_from_db()
    assert (bob.is_superuser, bob.user_permissions.count()) == (False, 0)


def test_an_admin_cannot_change_a_superuser_or_their_password(admin_client: Client) -> None:
    root = User.objects.create_superuser("root", password="correct horse battery")
    assert _post(admin_client, root, is_active="") == 403
    new = {"password1": "another long password", "password2": "another long password"}
    assert admin_client.post(f"/admin/console/user/{root.pk}/password/", new).status_code == 403
    root.refresh_from_db()
    assert root.is_active
    assert root.check_password("correct horse battery")


def test_an_admin_cannot_give_a_group_that_holds_more_than_they_do(admin_client: Client, person: Person) -> None:
    bob = person("bob", "viewer")
    strong = Group.objects.create(name="owners")
    strong.permissions.add(Permission.objects.get(codename="delete_user"))
    assert _post(admin_client, bob, groups=[str(strong.pk)]) == 200
    assert [group.name for group in bob.groups.all()] == ["viewer"]


def test_people_are_deactivated_not_deleted(admin_client: Client, person: Person) -> None:
    bob = person("bob", "viewer")
    assert admin_client.post(f"/admin/console/user/{bob.pk}/delete/", {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("role", ["viewer", "operator", "merchandiser", "analyst", "on-call"])
def test_only_admins_see_people(person: Person, role: str) -> None:
    client = Client()
    client.force_login(person("bob", role))
    assert client.get("/admin/console/user/").status_code == 403


def test_a_person_chooses_their_time_zone_and_sees_times_in_it(person: Person) -> None:
    bob, client = person("bob", "viewer"), Client()
    client.force_login(bob)
    assert client.post("/admin/profile/", {"time_zone": "Asia/Kolkata"}).status_code == 302
    page = client.get("/admin/profile/").content.decode()
    assert "IST" in page


def test_an_unknown_time_zone_is_refused(person: Person) -> None:
    bob, client = person("bob", "viewer"), Client()
    client.force_login(bob)
    assert client.post("/admin/profile/", {"time_zone": "Mars/Olympus"}).status_code == 200
    bob.refresh_from_db()
    assert bob.time_zone == "UTC"


def test_somebody_without_staff_status_gets_no_page(person: Person) -> None:
    bob, client = person("bob", "viewer"), Client()
    User.objects.filter(pk=bob.pk).update(is_staff=False)
    client.force_login(bob)
    assert client.get("/admin/").status_code == 302
