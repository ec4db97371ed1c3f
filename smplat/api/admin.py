"""API clients and their keys in the console. A key's secret is shown once, by smplat.api.key_pages, and never again."""

from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import Max, Model, Q, QuerySet
from django.db.models.aggregates import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from unfold.admin import ModelAdmin, TabularInline

from smplat import clock
from smplat.api.actions.revoke_api_key import revoke_api_key
from smplat.api.key_states import KeyState, state_of
from smplat.api.models import ApiClient, ApiKey
from smplat.console.actions import ReasonForm, acting, reading
from smplat.console.columns import column
from smplat.console.history_page import HistoryMixin
from smplat.console.read_only import ReadOnlyAdmin, ReadOnlyMixin

_COLOURS = {
    KeyState.ACTIVE.label: "success",
    KeyState.ENDING.label: "warning",
    KeyState.EXPIRED.label: "danger",
    KeyState.REVOKED.label: "danger",
}


class KeyColumnsMixin:
    """What is told of a key wherever keys are listed."""

    @column("Begins with")
    def beginning(self, key: ApiKey) -> str:
        return f"{key.prefix}…"

    @column("May")
    def rights(self, key: ApiKey) -> str:
        return ", ".join(key.scopes)

    @column("State", label=_COLOURS)
    def state(self, key: ApiKey) -> str:
        return str(state_of(expires_at=key.expires_at, revoked_at=key.revoked_at, now=clock.now()).label)


class KeyInline(KeyColumnsMixin, ReadOnlyMixin, TabularInline):
    model = ApiKey
    fields = readonly_fields = ("name", "kind", "beginning", "rights", "state", "last_used_at", "expires_at")
    extra = 0
    show_change_link = True
    verbose_name_plural = "Keys"


@admin.register(ApiClient)
class ApiClientAdmin(HistoryMixin, ModelAdmin):
    nothing_yet: ClassVar[str] = "Add one for each program that calls the API, then issue its key."
    list_display = ("name", "owner", "contact", "usable_keys", "last_used_at")
    search_fields = ("name", "owner", "contact")
    search_help_text = "Name, owner or address"
    fields = ("name", "owner", "contact")
    inlines = (KeyInline,)
    actions = None
    actions_detail = ("issue_key",)

    @column("Usable keys")
    def usable_keys(self, client: Any) -> int:
        return int(client.usable_key_count)

    @column("Last used")
    def last_used_at(self, client: Any) -> Any:
        return client.newest_use

    @reading("Issue a key", permission="api.add_apikey", icon="key")
    def issue_key(self, request: HttpRequest, object_id: str) -> HttpResponse:  # noqa: ARG002 - Unfold's signature
        client = get_object_or_404(ApiClient, pk=object_id)
        return redirect("admin:api_issue_key", client_id=client.pk)

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApiClient]:
        queryset: QuerySet[ApiClient] = super().get_queryset(request)
        usable = Q(keys__revoked_at=None) & (Q(keys__expires_at=None) | Q(keys__expires_at__gt=clock.now()))
        return queryset.annotate(usable_key_count=Count("keys", filter=usable), newest_use=Max("keys__last_used_at"))

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:  # noqa: ARG002 - Django's signature
        """Events name the client that sent them; end its keys instead."""
        return False

    def response_add(self, request: HttpRequest, obj: ApiClient, post_url_continue: str | None = None) -> HttpResponse:  # noqa: ARG002 - Django's signature
        """On to the client's page: it has no key yet."""
        messages.success(request, f"{obj.name} was added. Issue its first key with the button above.")
        return redirect("admin:api_apiclient_change", obj.pk)


@admin.register(ApiKey)
class ApiKeyAdmin(KeyColumnsMixin, ReadOnlyAdmin):
    nothing_yet: ClassVar[str] = "Keys are issued on the page of the API client that will use them."
    list_display: ClassVar = ("name", "client", "kind", "beginning", "rights", "state", "last_used_at", "expires_at")
    list_filter: ClassVar = ("kind", "client")
    search_fields: ClassVar = ("name", "prefix", "client__name")
    search_help_text = "Name, client or how the key begins"
    list_select_related: ClassVar = ("client",)
    ordering: ClassVar = ("-created_at", "-pk")
    fields: ClassVar = (
        ("name", "client"),
        ("kind", "beginning"),
        "rights",
        "allowed_origins",
        ("state", "expires_at"),
        ("last_used_at", "revoked_at"),
        ("created_by", "created_at"),
        "replaced_by",
    )
    actions_row: ClassVar = ("rotate", "revoke")
    actions_detail: ClassVar = ("rotate", "revoke")

    @reading("Rotate", permission="api.change_apikey", icon="autorenew")
    def rotate(self, request: HttpRequest, object_id: str) -> HttpResponse:  # noqa: ARG002 - Unfold's signature
        key = get_object_or_404(ApiKey, pk=object_id)
        return redirect("admin:api_rotate_key", key_id=key.pk)

    @acting(
        "Revoke",
        question="End this key now? Whoever uses it is refused within two seconds, and it cannot be undone.",
        permission="api.delete_apikey",
        icon="key_off",
        is_dangerous=True,
    )
    def revoke(self, request: HttpRequest, form: ReasonForm, object_id: str) -> HttpResponse:
        revoke_api_key(key_id=int(object_id), reason=form.cleaned_data["reason"], now=clock.now())
        messages.success(request, "The key is revoked.")
        return redirect("admin:api_apikey_changelist")
