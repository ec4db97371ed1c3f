"""Fixtures of the kernel's tests."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group

from smplat.console.models import User
from smplat.console.roles_sync import sync_roles


@pytest.fixture
def person() -> Callable[..., User]:
    """Makes a member of staff with roles: person("bob", "viewer", "analyst")."""
    sync_roles()  # a transactional test before this one may have emptied the groups

    def make(name: str, *roles: str) -> User:
        user = User.objects.create_user(name, is_staff=True)
        user.groups.set(Group.objects.filter(name__in=roles))
        return user

    return make
