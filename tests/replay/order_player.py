"""Send requests about orders as a storefront does: over connections that are kept, again what came too early."""

import http.client
import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import cycle
from typing import Any
from urllib.parse import urlsplit

import orjson
from tqdm import tqdm

from guardrails.models import Provider
from merchandising.models import Product, ProductStatus
from onboarding.models import JourneyTemplate, TemplateTask
from onboarding.states import SelfCheck
from smplat import clock
from smplat.api.actions.issue_api_key import issue_api_key
from smplat.api.keys import KeyKind
from smplat.api.models import ApiClient
from smplat.api.scopes import Scope
from tests.replay.olist import CURRENCY, UNRECORDED, UNRECORDED_PRODUCT, Purchase, Request, product_id

# A storefront that imports its past has a key of its own for it.
SCOPES = (Scope.ORDERS_WRITE, Scope.ORDERS_PRICE_OVERRIDE, Scope.EVENTS_BACKDATE)
# Enough to keep two web processes busy.
CONNECTIONS = 6
ANSWER_SECONDS = 300
CATEGORY = "marketplace"
HOURS_FOR_INTAKE = 48
REPEATED_SHARE = 0.05
# A repetition comes a little later than the first.
REPEATED_WITHIN = 40
# The first with this key is being answered: a repetition that overtook its answer comes again later.
BUSY = "idempotency-key-in-use"


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

    def __init__(self, url: str, key: str) -> None:
        self._address = urlsplit(url).netloc
        self._headers = {"X-API-Key": key, "Content-Type": "application/json"}
        self._ids: dict[str, str] = {}
        self._canceled: set[str] = set()

    def play(self, requests: Sequence[Request], *, title: str = "", races: bool = False) -> Played:
        """Send everything over several connections, then again what came too early, until nothing moves.

        What belongs to one order goes over one connection, so it keeps its sequence; with `races` it goes over whichever
        is next, so that requests about one order meet each other.
        """
        played, waiting = Played(), list(requests)
        while waiting:
            shares = _in_turn(waiting) if races else _by_order(waiting)
            with tqdm(total=len(waiting), desc=title, disable=None) as bar, ThreadPoolExecutor(CONNECTIONS) as threads:
                again = [
                    request
                    for left in threads.map(lambda share: self._send_all(share, bar), shares)
                    for request in left
                ]
            played.sent, played.passes = played.sent + len(waiting), played.passes + 1
            if played.passes == 1:
                played.too_early = {request.order for request in again}
            if len(again) == len(waiting):
                played.left = again
                break
            waiting = again
        return played

    def _send_all(self, requests: Iterable[Request], bar: Any) -> list[Request]:
        """What was not taken."""
        again = []
        with closing(http.client.HTTPConnection(self._address, timeout=ANSWER_SECONDS)) as connection:
            for request in requests:
                if not self._send(connection, request):
                    again.append(request)
                bar.update()
        return again

    def _send(self, connection: http.client.HTTPConnection, request: Request) -> bool:
        """Whether it was taken; an answer that no repetition would change ends the replay."""
        if request.path == "/api/v1/orders":
            return self._place(connection, request)
        if request.order not in self._ids:
            return False
        path = request.path.format(order=self._ids[request.order])
        status, answer = self._ask(connection, request.method, path, request.body)
        if request.method == "PATCH" and status == 400:
            # Canceling again what is canceled is refused, and was done.
            assert answer["code"] == "transition-not-allowed", (answer, request)
            return request.order in self._canceled
        assert status in {200, 409}, (status, answer, request)
        if request.method == "PATCH":
            self._canceled.add(request.order)
        return status == 200

    def _place(self, connection: http.client.HTTPConnection, request: Request) -> bool:
        key = {"Idempotency-Key": request.order}
        status, answer = self._ask(connection, request.method, request.path, request.body, **key)
        if status == 409 and answer["code"] == BUSY:
            return False
        assert status == 201, (status, answer, request)
        assert self._ids.setdefault(request.order, answer["id"]) == answer["id"]
        return True

    def _ask(
        self, connection: http.client.HTTPConnection, method: str, path: str, body: dict[str, Any], **headers: str
    ) -> tuple[int, Any]:
        connection.request(method, path, orjson.dumps(body), self._headers | headers)
        answer = connection.getresponse()
        return answer.status, orjson.loads(answer.read())


def _by_order(requests: Sequence[Request]) -> list[list[Request]]:
    shares: list[list[Request]] = [[] for _ in range(CONNECTIONS)]
    turns = defaultdict(cycle(shares).__next__)
    for request in requests:
        turns[request.order].append(request)
    return shares


def _in_turn(requests: Sequence[Request]) -> list[Sequence[Request]]:
    return [requests[number::CONNECTIONS] for number in range(CONNECTIONS)]


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
            category=CATEGORY,
            base_price=Decimal(0),
            currency=CURRENCY,
            status=ProductStatus.ACTIVE,
            provider_id=seller,
            created_at=now,
            updated_at=now,
        )
        for key, slug, title, seller in offered
    )


def publish_checklist() -> None:
    """What clients of this marketplace do: one thing by themselves, and one that is done when the goods are on their way."""
    now = clock.now()
    template = JourneyTemplate.objects.create(
        slug=CATEGORY,
        title="Marketplace",
        product_category=CATEGORY,
        is_current=True,
        created_at=now,
        created_by="tests",
    )
    lines = [
        {"slug": "intake", "title": "Tell us what you need", "due_after_hours": HOURS_FOR_INTAKE},
        {"slug": "hand-over", "title": "Wait for the carrier", "self_check": SelfCheck.ORDER_IN_FULFILLMENT},
    ]
    TemplateTask.objects.bulk_create(
        TemplateTask(template=template, sort_order=number, **line) for number, line in enumerate(lines)
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
