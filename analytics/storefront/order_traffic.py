"""Live orders of made-up buyers as the requests their storefront sends. Pure but for the chance it is given."""

import heapq
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

import msgspec

from analytics.storefront.plan import Outgoing
from analytics.storefront.purchases import MadeUpOrder, make_up_order
from analytics.storefront.shoppers import traffic_factor
from analytics.storefront.traffic import FACTOR_BOUNDS, LONGEST_CATCH_UP
from analytics.storefront.wire import JSON, ORDERS_PATH, STAGE_EVENTS_PATH

# Whoever watches does not wait for days: an hour of the made-up lives passes in a minute.
HASTE = 60
CREATED = 201


class _Created(msgspec.Struct):
    id: str


@dataclass(order=True, slots=True)
class _Due:
    at: datetime
    place: str
    report: int = field(compare=False)


@dataclass(slots=True)
class _Live:
    made_up: MadeUpOrder
    order_id: str = ""


@dataclass(slots=True)
class OrderTraffic:
    """Buyers come by chance, `per_minute` on average; most of their orders move on, some stand still."""

    chance: Random
    per_minute: float
    now: datetime
    _next_buyer_at: datetime = field(init=False)
    _live: dict[str, _Live] = field(default_factory=dict, init=False)
    _due: list[_Due] = field(default_factory=list, init=False)

    def __post_init__(self) -> None:
        self._next_buyer_at = self.now + self._until_next_buyer(self.now)

    def advance(self, now: datetime) -> list[Outgoing]:
        """The requests up to `now`."""
        if now - self.now > LONGEST_CATCH_UP:
            self._next_buyer_at = now
        self.now = now
        requests = []
        while self._next_buyer_at <= now:
            requests.append(self._order(self._next_buyer_at))
            self._next_buyer_at += self._until_next_buyer(now)
        while self._due and self._due[0].at <= now:
            requests.append(self._report(heapq.heappop(self._due)))
        return requests

    def hear(self, place: str, *, status: int, body: bytes) -> None:
        """What the platform answered: an order has its id from then on, and its first report follows."""
        live = self._live.get(place)
        if live is None or live.order_id:
            return
        if status != CREATED:
            del self._live[place]
            return
        live.order_id = msgspec.json.decode(body, type=_Created).id
        self._schedule(place, 0)

    def _until_next_buyer(self, at: datetime) -> timedelta:
        lowest, highest = FACTOR_BOUNDS
        factor = min(max(traffic_factor(at), lowest), highest)
        return timedelta(minutes=self.chance.expovariate(self.per_minute * factor))

    def _order(self, at: datetime) -> Outgoing:
        made_up = make_up_order(self.chance)
        place = f"order {UUID(int=self.chance.getrandbits(128), version=4)}"
        self._live[place] = _Live(made_up)
        good, buyer = made_up.good, made_up.buyer
        line = {
            "product_id": str(good.id),
            "product_title": good.title,
            "quantity": made_up.quantity,
            "unit_price": str(good.price),
            "total_price": str(made_up.total),
        }
        customer = {"email": buyer.email, "name": buyer.name, "locale": buyer.locale, "timeZone": buyer.time_zone}
        body = {
            "items": [line],
            "currency": good.currency,
            "customer": customer if buyer.email else None,
            "notes": made_up.notes or None,
        }
        return _request(place, at, ORDERS_PATH, body, key=place.removeprefix("order "))

    def _schedule(self, place: str, number: int) -> None:
        """The order's next report, unless it has none or stands still."""
        made_up = self._live[place].made_up
        if number >= len(made_up.reports) or number == made_up.stuck_before:
            del self._live[place]
            return
        heapq.heappush(self._due, _Due(self.now + made_up.reports[number].after / HASTE, place, number))

    def _report(self, due: _Due) -> Outgoing:
        live = self._live[due.place]
        said = live.made_up.reports[due.report]
        body = {"stage": said.stage, "status": said.status, "note": said.note or None, "payload": said.payload or None}
        if said.looks_again_after:
            body["nextActionAt"] = (due.at + said.looks_again_after).isoformat()
        path = STAGE_EVENTS_PATH.format(order_id=live.order_id)
        request = _request(due.place, due.at, path, body, key=f"{live.order_id}:{due.report}")
        self._schedule(due.place, due.report + 1)
        return request


def _request(place: str, at: datetime, path: str, body: Mapping[str, object], *, key: str) -> Outgoing:
    return Outgoing(
        place=place,
        at=at,
        method="POST",
        path=path,
        headers=(("Content-Type", JSON), ("Idempotency-Key", key)),
        body=msgspec.json.encode(body),
    )
