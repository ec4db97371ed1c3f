"""What the made-up shop sells, who fulfils it, and who buys: the orders' side of the assortment. Nobody here exists."""

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID, uuid5

# Our ids of the made-up goods: the sample store creates them so, the simulator orders them so.
GOODS_NAMESPACE = UUID("b1f1b6a2-5e0d-5a43-8f5e-0c6d5a1c9d11")


@dataclass(frozen=True, slots=True)
class Supplier:
    """A provider."""

    id: str
    name: str


@dataclass(frozen=True, slots=True)
class Good:
    """One product, with its one price."""

    slug: str
    title: str
    category: str
    supplier: str
    price: Decimal
    currency: str
    weight: float  # how often it is bought, relative to the others

    @property
    def id(self) -> UUID:
        """The same in every sample store."""
        return uuid5(GOODS_NAMESPACE, self.slug)


@dataclass(frozen=True, slots=True)
class Country:
    """Where buyers live: how they write and which clock they keep."""

    currency: str
    locale: str
    zones: tuple[str, ...]
    first_names: tuple[str, ...]
    last_names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Buyer:
    """A made-up person. The address cannot exist (RFC 2606)."""

    name: str
    email: str
    locale: str
    time_zone: str


SUPPLIERS = (
    Supplier("northwind", "Northwind Fulfilment"),
    Supplier("lumen", "Atelier Lumen"),
    Supplier("ridgeline", "Ridgeline Outdoor"),
    Supplier("casa-verde", "Casa Verde"),
    Supplier("papier", "Papier & Print"),
)
# Paused in the sample store, so that its orders show what a hold does.
PAUSED_SUPPLIER = "lumen"

GOODS = (
    Good("espresso-machine", "Espresso machine", "kitchen", "northwind", Decimal("349.00"), "EUR", 5.0),
    Good("standing-desk", "Standing desk", "office", "northwind", Decimal("489.00"), "EUR", 4.0),
    Good("trail-shoes", "Trail running shoes", "sport", "ridgeline", Decimal("129.90"), "EUR", 4.5),
    Good("city-bike-service", "Winter service for a city bike", "sport", "ridgeline", Decimal("79.00"), "EUR", 3.0),
    Good("light-hub", "Smart light hub", "home", "lumen", Decimal("99.50"), "EUR", 3.0),
    Good("photo-book", "Photo book of the year", "print", "papier", Decimal("39.95"), "EUR", 4.0),
    Good("baby-monitor", "Baby monitor", "home", "northwind", Decimal("159.00"), "USD", 3.0),
    Good("monitor-arm", "Monitor arm", "office", "northwind", Decimal("119.00"), "USD", 3.5),
    Good("raised-bed", "Raised garden bed", "garden", "casa-verde", Decimal("649.90"), "BRL", 2.0),
    Good("drip-irrigation", "Drip irrigation set", "garden", "casa-verde", Decimal("229.90"), "BRL", 2.5),
)

COUNTRIES = (
    Country(
        "EUR",
        "de-DE",
        zones=("Europe/Berlin",),
        first_names=("Lena", "Jonas", "Mia", "Felix", "Greta"),
        last_names=("Albrecht", "Krüger", "Sommer", "Vogt"),
    ),
    Country(
        "EUR",
        "es-ES",
        zones=("Europe/Madrid", "Atlantic/Canary"),
        first_names=("Lucía", "Pablo", "Inés", "Hugo"),
        last_names=("Serrano", "Molina", "Vidal", "Núñez"),
    ),
    Country(
        "EUR",
        "fr-FR",
        zones=("Europe/Paris",),
        first_names=("Camille", "Théo", "Manon", "Louis"),
        last_names=("Lefèvre", "Girard", "Marchand"),
    ),
    Country(
        "EUR",
        "en-IE",
        zones=("Europe/Dublin",),
        first_names=("Aoife", "Conor", "Niamh", "Sean"),
        last_names=("Byrne", "Kavanagh", "Nolan"),
    ),
    Country(
        "USD",
        "en-US",
        zones=("America/New_York", "America/Chicago", "America/Los_Angeles"),
        first_names=("Harper", "Mason", "Nora", "Eli"),
        last_names=("Whitaker", "Delgado", "Osborne", "Tran"),
    ),
    Country(
        "BRL",
        "pt-BR",
        zones=("America/Sao_Paulo", "America/Manaus"),
        first_names=("Beatriz", "Caio", "Larissa", "Rafael"),
        last_names=("Azevedo", "Moreira", "Teixeira"),
    ),
)
