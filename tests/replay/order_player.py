"""Send requests about orders as a storefront does: through the whole URL stack, again what came too early."""

import json
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.test import Client
from tqdm import tqdm

from guardrails.models import Provider
from merchandising.models import Product, ProductStatus
from smplat import clock
from smplat.api.actions.issue_api_key import issue_api_key
from smplat.api.keys import KeyKind
from smplat.api.models import ApiClient
from smplat.api.scopes import Scope
from tests.replay.olist import CURRENCY, UNRECORDED, UNRECORDED_PRODUCT, Purchase, Request, product_id

# A storefront that imports its past has a key of its own for it.
SCOPES = (Scope.ORDERS_WRITE, Scope.ORDERS_PRICE_OVERRIDE, Scope.EVENTS_BACKDATE)
REPEATED_SHARE = 0.05
# A repetition comes a little later than the first.
REPEATED_WITHIN = 40


@dataclass
class Played:
    """What became of a replay."""

    sent: int = 0
    passes: int = 0
    # What the first pass could not place yet, by order.
    too_early: set[str] = field(default_factory=set)
    # What no pass could place.
    left: list[Request] = field(default_factory=list)


class Storefront:
    """Knows our ids of the orders it placed."""

    def __init__(self, key: str) -> None:
        self._client = Client()
        self._headers = {"X-API-Key": key}
        self._ids: dict[str, str] = {}
        self._canceled: set[str] = set()

    def play(self, requests: Sequence[Request], *, title: str = "") -> Played:
        """Send everything in this order, then again what came too early, until nothing moves."""
        played, waiting = Played(), list(requests)
        while waiting:
            again = [request for request in tqdm(waiting, desc=title, disable=None) if not self._send(request)]
            played.sent, played.passes = played.sent + len(waiting), played.passes + 1
            if played.passes == 1:
                played.too_early = {request.order for request in again}
            if len(again) == len(waiting):
                played.left = again
                break
            waiting = again
        return played

    def _send(self, request: Request) -> bool:
        """Whether it was taken; an answer that no repetition would change ends the replay."""
        if request.path == "/api/v1/orders":
            return self._place(request)
        if request.order not in self._ids:
            return False
        path = request.path.format(order=self._ids[request.order])
        answer = self._client.generic(
            request.method, path, json.dumps(request.body), content_type="application/json", headers=self._headers
        )
        if request.method == "PATCH" and answer.status_code == 400 and request.order in self._canceled:
            # Canceling again what is canceled is refused, and was done.
            assert answer.json()["code"] == "transition-not-allowed", answer.content
            return True
        assert answer.status_code in {200, 409}, (answer.status_code, answer.content, request)
        if request.method == "PATCH":
            self._canceled.add(request.order)
        return answer.status_code == 200

    def _place(self, request: Request) -> bool:
        headers = {**self._headers, "Idempotency-Key": request.order}
        answer = self._client.post(request.path, request.body, content_type="application/json", headers=headers)
        assert answer.status_code == 201, (answer.status_code, answer.content, request)
        assert self._ids.setdefault(request.order, answer.json()["id"]) == answer.json()["id"]
        return True


def disturb(requests: Sequence[Request], *, seed: int) -> list[Request]:
    """Every two neighbours swapped, and one in twenty sent a second time a little later."""
    swapped = [request for pair in zip(requests[1::2], requests[::2], strict=False) for request in pair]
    swapped += requests[len(swapped) :]
    chance = random.Random(seed)
    placed = [(float(index), request) for index, request in enumerate(swapped)]
    repeated = chance.sample(placed, k=int(len(placed) * REPEATED_SHARE))
    placed += [(index + chance.uniform(0.5, REPEATED_WITHIN), request) for index, request in repeated]
    return [request for _, request in sorted(placed, key=lambda one: one[0])]


def stock(purchases: Iterable[Purchase]) -> None:
    """The providers and products that the orders name."""
    now = clock.now()
    items = {product_id(item): item for purchase in purchases for item in purchase.items}
    sellers = sorted({item["seller_id"] for item in items.values()})
    Provider.objects.bulk_create(Provider(id=seller, name=f"Seller {seller[:8]}", created_at=now) for seller in sellers)
    offered = [(key, f"{key}", item["product_id"], item["seller_id"]) for key, item in sorted(items.items())]
    offered.append((UNRECORDED_PRODUCT, UNRECORDED, "Unrecorded items", None))
    Product.objects.bulk_create(
        Product(
            id=key,
            slug=slug,
            title=title,
            category="marketplace",
            base_price=Decimal(0),
            currency=CURRENCY,
            status=ProductStatus.ACTIVE,
            provider_id=seller,
            created_at=now,
            updated_at=now,
        )
        for key, slug, title, seller in offered
    )


def issue_key() -> str:
    """A key that may import the past."""
    client = ApiClient.objects.create(name="Replay")
    issued = issue_api_key(
        client_id=client.pk,
        name="replay",
        kind=KeyKind.SECRET,
        scopes=SCOPES,
        allowed_origins=[],
        by="tests",
        now=clock.now(),
    )
    return issued.plaintext
