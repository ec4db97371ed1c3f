"""Hostile strings, and a check that a page shows them without obeying them.

    def test_quarantined_events_are_shown_harmless(client):
        client.force_login(superuser)
        assert_shown_harmless(client, make=lambda text: QuarantinedEvent.objects.create(..., reason=text), pages=pages_of(QuarantinedEvent))

`make` stores one row with the text in every column that takes it and answers the row (or raises ValueError where the text
cannot be stored: NUL, too long); `pages` names the addresses to look at for a row.
"""

import json
import os
from collections.abc import Callable, Iterable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from django.db import models
from django.test import Client
from django.urls import reverse

DATA = Path(os.environ.get("SMPLAT_DATA_DIR") or Path(__file__).resolve().parents[2] / "shared" / "data") / "hostile"
_XSS = DATA / "payloads" / "XSS_Injection"
# Rows made at once: a page of the console lists them all.
_BATCH = 50
# More than a page of a list, so that its paging is there to compare with.
_PLAIN_ROWS = 120
PLAIN = "a plain sentence"


def hostile_strings(*, longest: int = 255) -> list[str]:
    """Naughty strings and script injections that a text column takes."""
    if not DATA.is_dir():
        pytest.skip(f"no hostile strings at {DATA}: set SMPLAT_DATA_DIR")
    texts: list[str] = json.loads((DATA / "strings" / "strings.json").read_text(encoding="utf-8"))
    for path in sorted(_XSS.glob("*.txt")):
        texts += path.read_text(encoding="utf-8", errors="replace").splitlines()
    return [text for text in dict.fromkeys(texts) if text.strip() and "\x00" not in text and len(text) <= longest]


class _Behaviour(HTMLParser):
    """What of a page could act: elements that run or load, handlers, and addresses that are scripts."""

    RUNS = {"script", "iframe", "object", "embed", "base", "meta", "svg", "math", "style", "link", "form"}

    def __init__(self) -> None:
        super().__init__()
        self.found: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = {name for name, _ in attrs}
        if tag in self.RUNS:
            self.found.add(f"<{tag}>")
        # Alpine and htmx act on attributes as well.
        self.found |= {f"{name} on <{tag}>" for name in names if name.startswith(("on", "x-", "@", ":", "hx-"))}
        for name, value in attrs:
            scheme = "".join((value or "").split()).lower()
            if name in {"href", "src", "action", "formaction", "srcdoc"} and scheme.startswith(
                ("javascript:", "data:text", "vbscript:")
            ):
                self.found.add(f"{name}={value}")


def _behaviour(html: str) -> set[str]:
    parser = _Behaviour()
    parser.feed(html)
    return parser.found


def pages_of(model: type[models.Model]) -> Callable[[Any], list[str]]:
    """The list and the page of a row in the console."""
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    return lambda row: [
        reverse(f"{name}_changelist"),
        reverse(f"{name}_change", args=[row.pk]),
        reverse(f"{name}_history", args=[row.pk]),
    ]


def assert_shown_harmless(
    client: Client,
    *,
    make: Callable[[str], Any],
    pages: Callable[[Any], Iterable[str]],
    texts: Iterable[str] | None = None,
) -> None:
    """Pages with hostile text hold the same scripts, handlers and addresses as with plain text, and none breaks."""
    plain = [make(f"{PLAIN} {number}") for number in range(_PLAIN_ROWS)]
    allowed = set().union(*(_behaviour(_read(client, address)) for row in plain[:1] for address in pages(row)))
    chosen = list(texts if texts is not None else hostile_strings())
    for start in range(0, len(chosen), _BATCH):
        rows = []
        for text in chosen[start : start + _BATCH]:
            try:
                rows.append(make(text))
            except ValueError:
                continue
        seen: set[str] = set()
        for row in rows:
            for address in set(pages(row)) - seen:
                seen.add(address)
                surprises = _behaviour(_read(client, address)) - allowed
                assert not surprises, f"{address} obeys what it shows: {surprises}"


def _read(client: Client, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, f"{address}: {response.status_code}"
    return response.content.decode()
