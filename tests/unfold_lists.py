"""Keyset lists write their rows themselves; Unfold's own table of the same list is the measure."""

import re

import pytest
from django.test import Client
from django.test.html import parse_html

from smplat.console.keyset import KeysetModelAdmin

_TABLE = re.compile(r'<table id="result_list".*?</table>', re.DOTALL)


def assert_reads_as_unfold_writes_it(client: Client, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The table of this list has the same elements, attributes and words as Unfold's templates give it."""
    ours = _table(client, address)
    with monkeypatch.context() as patched:
        patched.setattr(KeysetModelAdmin, "change_list_template", None)
        unfolds = _table(client, address)
    assert ours != unfolds, "both were written by the same templates"
    assert parse_html(ours) == parse_html(unfolds)


def _table(client: Client, address: str) -> str:
    found = _TABLE.search(client.get(address).content.decode())
    assert found, f"{address} shows no table"
    return found[0]
