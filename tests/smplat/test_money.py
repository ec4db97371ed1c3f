"""Amounts as customers read them."""

from decimal import Decimal

import pytest

from smplat.money import format_money


@pytest.mark.parametrize(
    ("amount", "currency", "locale", "written"),
    [
        ("149", "EUR", "en-GB", "€149.00"),
        ("1234567.5", "USD", "en-US", "$1,234,567.50"),
        ("1234.5", "USD", "en-GB", "US$1,234.50"),
        ("1234.5", "EUR", "de-DE", "1.234,50 €"),
        ("1234.5", "EUR", "de-AT", "€ 1 234,50"),
        ("1234.5", "CHF", "de-CH", "CHF 1\u2019234.50"),
        ("1234.5", "EUR", "fr-FR", "1 234,50 €"),
        ("1234.5", "EUR", "es-ES", "1234,50 €"),
        ("12345", "EUR", "es", "12.345,00 €"),
        ("1234.5", "BRL", "pt-BR", "R$ 1.234,50"),
        ("1234.5", "EUR", "pt-PT", "1234,50 €"),
        ("12.3", "EUR", "nl", "€ 12,30"),
        ("1234.5", "CHF", "en", "CHF 1,234.50"),
        ("1234", "JPY", "en-US", "¥1,234"),
        ("0", "EUR", "it_IT", "0,00 €"),
        ("-5", "EUR", "en", "-€5.00"),
        ("9.5", "EUR", "xx-Unknown", "€9.50"),
        ("9.5", "EUR", "", "€9.50"),
    ],
)
def test_an_amount_reads_as_in_the_customers_language(amount, currency, locale, written):
    text = format_money(Decimal(amount), currency=currency, locale=locale)
    assert text.replace("\u00a0", " ").replace("\u202f", " ") == written


def test_an_amount_is_never_broken_over_two_lines():
    assert " " not in format_money(Decimal("1234.50"), currency="EUR", locale="fr")
