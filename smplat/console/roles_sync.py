"""Brings the groups in the database in line with the roles in code, after every migration."""

from typing import Any

from django.apps import AppConfig, apps
from django.db import connection

from smplat.console.roles import Role, permissions_of


def sync_after_migrate(*, sender: AppConfig, **_signal: Any) -> None:
    """Receiver of post_migrate, which is sent for one app after the other: acts after the last, when all permissions exist.

    It stands behind django.contrib.auth's own receiver, because auth comes first in INSTALLED_APPS.
    """
    with_models = [app for app in apps.get_app_configs() if app.models_module is not None]
    if sender is not with_models[-1]:
        return
    if not {"auth_group", "auth_permission"} <= set(connection.introspection.table_names()):
        return  # `migrate` was told to stop before these tables
    sync_roles()


def sync_roles() -> None:
    """Make each role's group hold exactly what the code grants; other groups are left alone."""
    group_model = apps.get_model("auth", "Group")
    permission_model = apps.get_model("auth", "Permission")
    ids = {
        f"{app_label}.{codename}": pk
        for pk, app_label, codename in permission_model.objects.values_list("pk", "content_type__app_label", "codename")
    }
    for role in Role:
        group, _ = group_model.objects.get_or_create(name=role.value)
        group.permissions.set([ids[permission] for permission in permissions_of(role)])
