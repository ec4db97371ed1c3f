"""Roles as code: each app grants permissions in `ready()`; groups of the same names are synced after every migration.

Every role holds what the viewer holds, and the admin holds what any role holds. A person may have several roles. Groups that
are not roles are left alone.
"""

from collections.abc import Set as AbstractSet

from django.db import models


class Role(models.TextChoices):
    VIEWER = "viewer", "Viewer"  # looks, changes nothing
    OPERATOR = "operator", "Operator"  # moves orders, journeys and quarantined events along
    MERCHANDISER = "merchandiser", "Merchandiser"  # changes the catalogue
    ANALYST = "analyst", "Analyst"  # reads events and runs exports
    ON_CALL = "on-call", "On-call"  # flips switches, runs runbooks, handles incidents
    ADMIN = "admin", "Admin"  # manages people and keys, and may do all of the above


_grants: dict[Role, set[str]] = {role: set() for role in Role}


def grant(role: str, *permissions: str) -> None:
    """Let a role do something: `grant("analyst", "analytics.view_offerevent")`.

    Raises:
        ValueError: there is no such role.
    """
    _grants[Role(role)].update(permissions)


def permissions_of(role: Role) -> AbstractSet[str]:
    """All that a role may do, as `app_label.codename`."""
    if role is Role.ADMIN:
        return frozenset().union(*_grants.values())
    return frozenset(_grants[Role.VIEWER] | _grants[role])
