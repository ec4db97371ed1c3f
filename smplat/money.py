"""Amounts of money in words a customer reads: in the currency of the order and the manner of the customer's language.

A small table instead of a locale library: separators and the place of the symbol follow Unicode's CLDR for the languages
that storefronts of ours speak; any other language reads as English does.
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

NARROW: Final = "\u202f"
NO_BREAK: Final = "\u00a0"


@dataclass(frozen=True)
class Manner:
    """How a language writes an amount; `pattern` places the symbol (¤) and the number (#)."""

    thousands: str
    decimal: str
    pattern: str
    # Spanish, Portuguese and Polish write 1234,50 and 12.345,00: a lone leading digit is not set apart.
    min_grouped_digits: int = 4


ENGLISH: Final = Manner(",", ".", "¤#")
_BEHIND: Final = f"#{NO_BREAK}¤"
_BEFORE: Final = f"¤{NO_BREAK}#"
_SPACED: Final = Manner(NO_BREAK, ",", _BEHIND)
_DOTTED: Final = Manner(".", ",", _BEHIND)
MANNERS: Final = {
    "bg": _SPACED,
    "cs": _SPACED,
    "da": _DOTTED,
    "de": _DOTTED,
    "de-at": Manner(NO_BREAK, ",", _BEFORE),
    "de-ch": Manner("\u2019", ".", _BEFORE),
    "el": _DOTTED,
    "es": Manner(".", ",", _BEHIND, 5),
    "es-mx": ENGLISH,
    "fi": _SPACED,
    "fr": Manner(NARROW, ",", _BEHIND),
    "hr": _DOTTED,
    "hu": _SPACED,
    "it": _DOTTED,
    "nb": _SPACED,
    "nl": Manner(".", ",", _BEFORE),
    "pl": Manner(NO_BREAK, ",", _BEHIND, 5),
    "pt": Manner(".", ",", _BEFORE),
    "pt-pt": Manner(NO_BREAK, ",", _BEHIND, 5),
    "ro": _DOTTED,
    "ru": _SPACED,
    "sk": _SPACED,
    "sl": _DOTTED,
    "sv": _SPACED,
    "tr": Manner(".", ",", "¤#"),
    "uk": _SPACED,
}
SYMBOLS: Final = {"EUR": "€", "GBP": "£", "BRL": "R$", "JPY": "¥", "INR": "₹", "TRY": "₺", "PLN": "zł"}
WITHOUT_CENTS: Final = frozenset({"JPY", "KRW", "CLP"})
# Everywhere else "$" alone could be another country's dollar.
_PLAIN_DOLLAR: Final = frozenset({"en", "en-us", "es-us"})


def format_money(amount: Decimal, *, currency: str, locale: str) -> str:
    """An amount for people, such as `€1,234.50` or `1.234,50 €`; spaces in it do not break.

    Args:
        amount: in whole units of the currency, for example euros.
        currency: ISO 4217, upper case.
        locale: BCP 47, for example pt-BR; an unknown one is written as in English.
    """
    tag = locale.lower().replace("_", "-")
    manner = MANNERS.get(tag) or MANNERS.get(tag.split("-")[0], ENGLISH)
    symbol = _symbol(currency, tag=tag)
    pattern = manner.pattern
    if pattern == "¤#" and symbol[-1].isalpha():
        # CHF 12.00, not CHF12.00
        pattern = _BEFORE
    text = pattern.replace("#", _number(abs(amount), manner=manner, places=0 if currency in WITHOUT_CENTS else 2))
    return ("-" if amount < 0 else "") + text.replace("¤", symbol)


def _number(amount: Decimal, *, manner: Manner, places: int) -> str:
    whole, _, cents = f"{amount:.{places}f}".partition(".")
    if len(whole) >= manner.min_grouped_digits:
        whole = f"{int(whole):,}".replace(",", manner.thousands)
    return f"{whole}{manner.decimal}{cents}" if cents else whole


def _symbol(currency: str, *, tag: str) -> str:
    if currency == "USD":
        return "$" if tag in _PLAIN_DOLLAR else "US$"
    return SYMBOLS.get(currency, currency)
