"""Who may do what in the console: worked out from the console's addresses and what each declares.

Every address of the admin site becomes entries; one that is not understood stops the generator, so nothing escapes it.
docs/access-matrix.md is this, written down; a test requests every entry as every role and compares.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.admin import AdminSite, ModelAdmin
from django.http import HttpRequest
from django.urls import URLPattern, URLResolver

from smplat.console import pages
from smplat.console.pages import FormPage
from smplat.console.roles import Role, permissions_of

GET, POST = "GET", "POST"
ON_TICKED_ROWS = "(ticked rows)"

# Addresses of Django and Unfold that belong to no table: what they are for, and the methods they answer.
_SITE = {
    "index": ("What needs you now", (GET,)),
    "password_change": ("Change your own password", (GET, POST)),
    "password_change_done": ("Own password changed", (GET,)),
    "jsi18n": ("Words for the admin's scripts", (GET,)),
    "search": ("Search; finds only what one may see", (GET,)),
    "logout": ("Sign out", (POST,)),
}
# Answered for everybody (login), or by the permission of whatever they lead to.
_ELSEWHERE = {"login", "autocomplete", "view_on_site", "app_list", None}


class UnknownAddress(Exception):
    """The console has an address whose permission the matrix does not know."""


@dataclass(frozen=True)
class Entry:
    """One thing that can be asked of the console."""

    section: str
    what: str
    method: str
    # As written in the URL configuration, below /admin/.
    route: str
    roles: frozenset[Role]


@dataclass(frozen=True)
class _Holder:
    """Stands in for a person with one role."""

    permissions: frozenset[str]
    is_active: bool = True
    is_staff: bool = True
    is_superuser: bool = False
    is_authenticated: bool = True
    pk: None = None

    def has_perm(self, permission: str, obj: object = None) -> bool:  # noqa: ARG002 - Django's signature
        return permission in self.permissions

    def has_perms(self, permissions: Iterable[str]) -> bool:
        return self.permissions.issuperset(permissions)

    def has_module_perms(self, app_label: str) -> bool:
        return any(permission.startswith(f"{app_label}.") for permission in self.permissions)

    def get_all_permissions(self) -> frozenset[str]:
        return self.permissions


def entries(site: AdminSite) -> list[Entry]:
    """Everything the console answers, with the roles it answers to."""
    # An action offered both on rows and on the detail page has one address twice.
    return list(dict.fromkeys([*_site_entries(site), *_page_entries(), *_model_entries(site)]))


def _request_of(role: Role) -> HttpRequest:
    request = HttpRequest()
    request.user = _Holder(frozenset(permissions_of(role)))  # type: ignore[assignment]
    return request


def _roles(may: Callable[[HttpRequest], Any]) -> frozenset[Role]:
    return frozenset(role for role in Role if may(_request_of(role)))


def _site_entries(site: AdminSite) -> Iterator[Entry]:
    own = {page.name for page in pages.registered()}
    for pattern in site.get_urls():
        if isinstance(pattern, URLResolver) or pattern.name in _ELSEWHERE or pattern.name in own:
            continue
        if pattern.name not in _SITE:
            raise UnknownAddress(pattern.name)
        what, methods = _SITE[pattern.name]
        for method in methods:
            yield Entry("Console", what, method, str(pattern.pattern), frozenset(Role))


def _page_entries() -> Iterator[Entry]:
    for page in sorted(pages.registered(), key=lambda page: page.path):
        roles = frozenset(role for role in Role if not page.permission or page.permission in permissions_of(role))
        for method in (GET, POST) if issubclass(page, FormPage) else (GET,):
            yield Entry("Pages", page.title or page.name, method, page.path, roles)


def _model_entries(site: AdminSite) -> Iterator[Entry]:
    by_name = sorted(site._registry.items(), key=lambda item: item[0]._meta.label)  # noqa: SLF001 - the only list there is
    for model, model_admin in by_name:
        options = model._meta  # noqa: SLF001 - Django's documented API
        prefix = f"{options.app_label}/{options.model_name}/"
        for pattern in model_admin.get_urls():
            for what, method, may in _asked(model_admin, pattern):
                yield Entry(str(options.label), what, method, prefix + str(pattern.pattern), _roles(may))
        yield from _bulk_entries(model_admin, str(options.label), prefix)


def _bulk_entries(model_admin: Any, label: str, route: str) -> Iterator[Entry]:
    """Actions on ticked rows: all are posted to the list."""
    if model_admin.actions is None:
        return
    for name in sorted({name for _, name, _ in model_admin._get_base_actions()}):  # noqa: SLF001 - Django offers no other way
        roles = frozenset(role for role in Role if name in model_admin.get_actions(_request_of(role)))
        yield Entry(label, f"{name} {ON_TICKED_ROWS}", POST, route, roles)


def _asked(model_admin: ModelAdmin, pattern: URLPattern) -> list[tuple[str, str, Callable[[HttpRequest], Any]]]:  # type: ignore[type-arg]
    """What an address of a table can be asked, by which method, and who may."""
    options = model_admin.opts
    name = (pattern.name or "").removeprefix(f"{options.app_label}_{options.model_name}_")
    known: dict[str, list[tuple[str, str, Callable[[HttpRequest], Any]]]] = {
        # Django's redirect from /<id>/ to /<id>/change/.
        "": [],
        "changelist": [("list", GET, model_admin.has_view_or_change_permission)],
        "history": [("history", GET, model_admin.has_view_or_change_permission)],
        "change": [
            ("look", GET, model_admin.has_view_or_change_permission),
            ("change", POST, model_admin.has_change_permission),
        ],
        "add": [("add", GET, model_admin.has_add_permission), ("add", POST, model_admin.has_add_permission)],
        "delete": [
            ("delete", GET, model_admin.has_delete_permission),
            ("delete", POST, model_admin.has_delete_permission),
        ],
        "auth_user_password_change": [
            ("set password", GET, model_admin.has_change_permission),
            ("set password", POST, model_admin.has_change_permission),
        ],
    }
    if name in known:
        return known[name]
    action: Any = getattr(model_admin, name, None)
    if not hasattr(action, "allowed_permissions"):
        raise UnknownAddress(pattern.name)
    title = getattr(action, "short_description", name)
    may = _holder_of_all(model_admin, action.allowed_permissions)
    methods = (GET,) if getattr(action, "changes_nothing", False) else (GET, POST)
    return [
        (f"{title}{' (question)' if method == GET and len(methods) > 1 else ''}", method, may) for method in methods
    ]


def _holder_of_all(model_admin: Any, rules: Iterable[str]) -> Callable[[HttpRequest], bool]:
    """Unfold's rule: a dotted name is a permission, any other the name of a has_…_permission method."""

    def may(request: HttpRequest) -> bool:
        return all(
            request.user.has_perm(rule) if "." in rule else getattr(model_admin, f"has_{rule}_permission")(request)
            for rule in rules
        )

    return may
