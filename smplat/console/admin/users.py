"""People and their roles. Rights come from roles alone, and nobody can give more than they have, least of all themselves."""

from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminSelectWidget

from smplat.console.actions import reading
from smplat.console.columns import column
from smplat.console.models import User
from smplat.console.read_only import ReadOnlyAdmin
from smplat.console.time_zones import time_zone_choices

# What decides over a person's rights; locked on one's own page.
_RIGHTS = ("is_active", "is_staff", "groups")


@admin.register(User)
class UserAdmin(DjangoUserAdmin, ModelAdmin):  # type: ignore[type-arg]  # generic in the stubs only
    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "full_name", "roles", "is_active", "is_staff", "time_zone", "last_login")
    list_filter = ("is_active", "is_staff", "groups")
    list_select_related = False
    fieldsets = (
        (None, {"fields": ("username",)}),
        ("Person", {"fields": ("first_name", "last_name", "email", "time_zone")}),
        (
            "Rights",
            {"fields": _RIGHTS, "description": "Roles are defined in code; docs/console.md says what each may do."},
        ),
        ("Dates", {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = ((None, {"fields": ("username", "password1", "password2", "is_staff", "groups", "time_zone")}),)
    filter_horizontal = ()
    readonly_fields = ("last_login", "date_joined")
    actions = None
    # In the place of Django's form field, which shows the hash's algorithm, salt and beginning.
    actions_detail = ("set_password",)

    @reading("Set a password", permission="console.change_user", icon="password")
    def set_password(self, request: HttpRequest, object_id: str) -> HttpResponse:  # noqa: ARG002 - Unfold's signature
        user = get_object_or_404(User, pk=object_id)
        return redirect("admin:auth_user_password_change", user.pk)

    @column("Name")
    def full_name(self, user: User) -> str:
        return user.get_full_name() or "\N{EN DASH}"

    @column("Roles")
    def roles(self, user: User) -> str:
        return ", ".join(sorted(group.name for group in user.groups.all())) or (
            "superuser" if user.is_superuser else "none"
        )

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """People are added here to sign in here."""
        return {"is_staff": True, **super().get_changeform_initial_data(request)}

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        queryset: QuerySet[User] = super().get_queryset(request)
        return queryset.prefetch_related("groups")

    def get_readonly_fields(self, request: HttpRequest, obj: Model | None = None) -> tuple[str, ...]:
        fields = tuple(super().get_readonly_fields(request, obj))
        return (*fields, *_RIGHTS) if obj is not None and obj.pk == request.user.pk else fields

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """Only people who may do no more than oneself: else a new password would be a way to their rights."""
        allowed: bool = super().has_change_permission(request, obj)
        return allowed and (not isinstance(obj, User) or holds_no_more(obj, request.user))

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002 - Django's signature
        """People are deactivated: their names stay beside what they did."""
        return False

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "groups":
            kwargs["queryset"] = assignable_groups(request.user)
            kwargs |= {
                "widget": UnfoldAdminCheckboxSelectMultipleWidget,
                "label": "Roles",
                "help_text": "Several add up.",
            }
        return super().formfield_for_manytomany(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "time_zone":
            widget = UnfoldAdminSelectWidget(choices=time_zone_choices())
            return forms.ChoiceField(
                choices=time_zone_choices(), widget=widget, initial="UTC", help_text=db_field.help_text
            )
        return super().formfield_for_dbfield(db_field, request, **kwargs)


def holds_no_more(subject: User, actor: Any) -> bool:
    """Whether everything `subject` may do, `actor` may do as well."""
    return bool(actor.is_superuser) or (
        not subject.is_superuser and set(subject.get_all_permissions()) <= set(actor.get_all_permissions())
    )


def assignable_groups(actor: Any) -> QuerySet[Group]:
    """Groups that hold nothing the actor lacks."""
    held = set(actor.get_all_permissions())
    groups = Group.objects.prefetch_related("permissions__content_type")
    fit = [group.pk for group in groups if actor.is_superuser or _permissions(group) <= held]
    return Group.objects.filter(pk__in=fit).order_by("name")


def _permissions(group: Group) -> set[str]:
    return {f"{permission.content_type.app_label}.{permission.codename}" for permission in group.permissions.all()}


class RoleAdmin(ReadOnlyAdmin):
    """Groups are shown, not edited: roles live in code."""

    list_display: ClassVar = ("name", "people", "permission_count")
    search_fields: ClassVar = ("name",)
    fields: ClassVar = ("name", "people", "permission_list")

    @column("People")
    def people(self, group: Any) -> str:
        return ", ".join(sorted(user.get_username() for user in group.user_set.all())) or "nobody"

    @column("Permissions")
    def permission_count(self, group: Group) -> int:
        return len(group.permissions.all())

    @column("May")
    def permission_list(self, group: Group) -> str:
        return ", ".join(sorted(_permissions(group))) or "nothing beyond signing in"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Group]:
        queryset: QuerySet[Group] = super().get_queryset(request)
        return queryset.prefetch_related("user_set", "permissions__content_type")


admin.site.unregister(Group)
admin.site.register(Group, RoleAdmin)
