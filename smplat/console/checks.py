"""System checks: what the console relies on is declared, before anybody signs in."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.apps import AppConfig, apps
from django.contrib import admin
from django.contrib.auth import get_permission_codename
from django.core.checks import CheckMessage, Error, register
from django.db.models import Model
from unfold.admin import ModelAdmin
from unfold.checks import UnfoldModelAdminChecks

from smplat.console.roles import Role, permissions_of


class OfflineChecks(UnfoldModelAdminChecks):
    """Unfold's checks without its query for the permissions of actions: checks run before `migrate` has made that table."""

    def _check_unfold_action_permission_methods(self, obj: ModelAdmin) -> list[CheckMessage]:
        declared = set(declared_permissions())
        return [
            Error(
                f"{type(obj).__qualname__}.{action} asks for {permission}, which no model declares",
                id="console.E005",
                obj=obj,
            )
            for action in action_names(obj)
            for permission in getattr(getattr(obj, action), "allowed_permissions", None) or []
            if "." in permission and permission not in declared
        ]


def use_offline_checks() -> None:
    """Check every Unfold admin, third parties' included, without a database."""
    ModelAdmin.checks_class = OfflineChecks


@register("console")
def check_grants(app_configs: Sequence[AppConfig] | None, **_options: Any) -> Iterable[CheckMessage]:  # noqa: ARG001 - Django's signature
    """Every granted permission is one that a model declares."""
    declared = set(declared_permissions())
    for role in Role:
        for permission in sorted(permissions_of(role) - declared):
            yield Error(f"role {role} is granted {permission}, which no model declares", id="console.E001")


@register("console")
def check_actions(app_configs: Sequence[AppConfig] | None, **_options: Any) -> Iterable[CheckMessage]:  # noqa: ARG001 - Django's signature
    """Every console action is one of smplat.console.actions: it asks first or changes nothing, and demands a permission."""
    for model_admin in admin.site._registry.values():  # noqa: SLF001 - the only list of registered admins
        if isinstance(model_admin, ModelAdmin):
            yield from _check_admin(model_admin)


def declared_permissions() -> Iterator[str]:
    """Every permission that a model's Meta declares, as app_label.codename."""
    for model in apps.get_models():
        yield from _permissions_of(model)


def _permissions_of(model: type[Model]) -> Iterator[str]:
    options = model._meta  # noqa: SLF001 - Django's documented API
    for verb in options.default_permissions:
        yield f"{options.app_label}.{get_permission_codename(verb, options)}"
    for codename, _ in options.permissions:
        yield f"{options.app_label}.{codename}"


def _check_admin(model_admin: ModelAdmin) -> Iterator[CheckMessage]:
    name = type(model_admin).__qualname__
    if model_admin.actions_submit_line:
        yield Error(
            f"{name}.actions_submit_line runs inside Django's own transaction", id="console.E002", obj=model_admin
        )
    for function, action, _ in model_admin._get_base_actions() if model_admin.actions is not None else ():  # noqa: SLF001 - Django offers no other way
        if not getattr(function, "allowed_permissions", None):
            yield Error(
                f"{name}: {action} runs for everybody: declare a permission", id="console.E003", obj=model_admin
            )
    for action in action_names(model_admin):
        method = getattr(model_admin, action)
        if not getattr(method, "allowed_permissions", None):
            yield Error(f"{name}.{action} runs for everybody: declare a permission", id="console.E003", obj=model_admin)
        if not getattr(method, "dialog", None) and not getattr(method, "changes_nothing", False):
            yield Error(f"{name}.{action} runs on GET: use acting or reading", id="console.E004", obj=model_admin)


def action_names(model_admin: ModelAdmin) -> list[str]:
    """Names of all list, row and detail actions, those inside drop-downs included."""
    declared = [*model_admin.actions_list, *model_admin.actions_row, *model_admin.actions_detail]
    names: list[str] = model_admin._extract_action_names(declared)  # noqa: SLF001 - Unfold offers no other way
    return list(dict.fromkeys(names))
