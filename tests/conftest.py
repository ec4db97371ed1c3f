"""Fixtures every test may use."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group

from smplat.console.models import User
from smplat.console.roles_sync import sync_roles
from smplat.operations import switches


@pytest.fixture(autouse=True)
def _switches_are_asked_afresh() -> None:
    """A process remembers switches for a second; one test's flips are not the next one's."""
    switches.forget()


@pytest.fixture
def person() -> Callable[..., User]:
    """Makes a member of staff with roles: person("bob", "viewer", "analyst")."""
    sync_roles()  # a transactional test before this one may have emptied the groups

    def make(name: str, *roles: str) -> User:
        user = User.objects.create_user(name, is_staff=True)
        user.groups.set(Group.objects.filter(name__in=roles))
        return user

    return make
