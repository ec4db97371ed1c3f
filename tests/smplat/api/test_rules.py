"""Which keys may exist, as tables of cases."""

import pytest

from smplat.api.keys import KeyKind
from smplat.api.rules import BadKeyFacts, BadOrigin, check_key_facts, normalise_origin


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("https://Shop.Example.com/", "https://shop.example.com"),
        ("https://shop.example.com:443", "https://shop.example.com"),
        ("https://shop.example.com:8443", "https://shop.example.com:8443"),
        (" http://localhost:3000 ", "http://localhost:3000"),
        ("http://[::1]:3000", "http://[::1]:3000"),
    ],
)
def test_an_origin_is_kept_as_browsers_send_it(text: str, origin: str) -> None:
    assert normalise_origin(text) == origin


@pytest.mark.parametrize(
    "text",
    ["", "*", "null", "shop.example.com", "http://shop.example.com", "https://a/b", "https://u@a", "https://a:99999"],
)
def test_anything_else_is_no_origin(text: str) -> None:
    with pytest.raises(BadOrigin):
        normalise_origin(text)


@pytest.mark.parametrize(
    ("kind", "scopes", "origins"),
    [
        (KeyKind.SECRET, [], []),
        (KeyKind.SECRET, ["made:up"], []),
        (KeyKind.SECRET, ["events:write"], ["https://a.example"]),
        (KeyKind.PUBLISHABLE, ["events:write"], []),
        (KeyKind.PUBLISHABLE, ["orders:write"], ["https://a.example"]),
    ],
)
def test_such_a_key_may_not_exist(kind: KeyKind, scopes: list[str], origins: list[str]) -> None:
    with pytest.raises(BadKeyFacts):
        check_key_facts(kind=kind, scopes=scopes, origins=origins)
