"""The first page says what needs a person, and does not lie when nothing does."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from smplat.console import attention
from smplat.console.attention import AttentionContext, Card, Severity

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
CONTEXT = AttentionContext(now=NOW)


@pytest.fixture(autouse=True)
def providers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(attention, "_providers", {})


def _card(title: str, severity: Severity = Severity.NOTICE, hours: int = 0, permission: str = "a.b") -> Card:
    return Card(
        title=title,
        count=1,
        detail="",
        url="/",
        severity=severity,
        permission=permission,
        oldest_at=NOW - timedelta(hours=hours),
        money={"EUR": Decimal(1)},
    )


def stuck_orders(_context: AttentionContext) -> Iterator[Card]:
    """Stuck orders."""
    yield _card("old notice", hours=90)
    yield _card("young critical", Severity.CRITICAL, hours=1)
    yield _card("old critical", Severity.CRITICAL, hours=9)


def broken(_context: AttentionContext) -> Iterator[Card]:
    """Provider alerts."""
    raise OSError
    yield


def test_the_most_severe_comes_first_and_among_equals_the_oldest() -> None:
    attention.register(stuck_orders)
    cards = attention.look(CONTEXT, may=lambda _: True).cards
    assert [card.title for card in cards] == ["old critical", "young critical", "old notice"]


def test_a_card_needs_its_permission() -> None:
    attention.register(stuck_orders)
    assert attention.look(CONTEXT, may=lambda permission: permission != "a.b").cards == []


def test_what_was_checked_is_named_by_the_docstring() -> None:
    attention.register(stuck_orders)
    assert attention.look(CONTEXT, may=lambda _: True).checked == ["Stuck orders"]


def test_a_broken_check_is_named_and_hides_no_other() -> None:
    attention.register(broken)
    attention.register(stuck_orders)
    found = attention.look(CONTEXT, may=lambda _: True)
    assert (found.failed, len(found.cards)) == (["Provider alerts"], 3)


def test_a_provider_without_words_is_refused() -> None:
    with pytest.raises(ValueError, match="docstring"):
        attention.register(lambda _context: [])
