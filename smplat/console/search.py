"""The command search (Ctrl+K): sidebar links, and whatever domains find: orders by reference, products by name.

A provider gets the person and the words, and yields at most a handful of results that this person may see.
"""

from collections.abc import Callable, Iterable, Iterator
from itertools import islice

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.urls import reverse
from unfold.dataclasses import SearchResult

from smplat.console import navigation

Provider = Callable[[AbstractBaseUser | AnonymousUser, str], Iterable[SearchResult]]
# More than this is a list to filter, not something to jump to.
MOST_RESULTS = 30

_providers: list[Provider] = []


def register(provider: Provider) -> None:
    """Add a provider."""
    if provider not in _providers:
        _providers.append(provider)


def find(user: AbstractBaseUser | AnonymousUser, words: str) -> list[SearchResult]:
    """What matches, links first."""
    found = [*_links(user, words.lower())]
    for provider in _providers:
        found += islice(provider(user, words), MOST_RESULTS)
    return found[:MOST_RESULTS]


def _links(user: AbstractBaseUser | AnonymousUser, words: str) -> Iterator[SearchResult]:
    for link in navigation.links_for(user):
        if words in link.title.lower() or words in link.group.lower():
            yield SearchResult(title=link.title, description=link.group, link=reverse(link.url_name), icon=link.icon)
