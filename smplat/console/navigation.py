"""The sidebar: every app registers its links in `ready()`, and a person sees those they may open."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse


@dataclass(frozen=True, kw_only=True)
class Link:
    """One line of the sidebar."""

    # Links of one group stand together; a group stands where its lowest `order` puts it.
    group: str
    title: str
    # Name of a Material symbol.
    icon: str
    url_name: str
    # Whoever lacks it does not see the link; empty: everybody who may sign in sees it.
    permission: str = ""
    order: int = 100


_links: dict[str, Link] = {}


def register(link: Link) -> None:
    """Add a link; a second one with the same URL name is a mistake."""
    if _links.get(link.url_name, link) != link:
        raise ValueError(f"two sidebar links point to {link.url_name}")
    _links[link.url_name] = link


def links() -> list[Link]:
    """All links in the order of the sidebar."""
    first: dict[str, int] = {}
    for link in _links.values():
        first[link.group] = min(link.order, first.get(link.group, link.order))
    return sorted(_links.values(), key=lambda link: (first[link.group], link.group, link.order, link.title))


def links_for(user: Any) -> list[Link]:
    """The links this person may follow."""
    return [link for link in links() if not link.permission or user.has_perm(link.permission)]


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """The groups and items this person may see, as Unfold's SIDEBAR.navigation wants them."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for link in links_for(request.user):
        item = {"title": link.title, "icon": link.icon, "link": reverse(link.url_name)}
        groups.setdefault(link.group, []).append(item)
    return [{"title": title, "items": items} for title, items in groups.items()]
