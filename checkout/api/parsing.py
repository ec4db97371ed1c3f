"""From validated input to what the actions take."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings

from checkout.actions.create_order import NewItem, NewOrder
from checkout.actions.record_stage_event import StageReport
from checkout.actors import Actor
from checkout.customers import CustomerDetails
from checkout.errors import InvalidCurrency, InvalidOrderSource, InvalidStatus, InvalidStatusFilter
from checkout.rules.position import Step
from checkout.rules.prices import Line
from checkout.states import ActorType, OrderSource, OrderStatus, Stage, StageStatus
from smplat.api.errors import Detail, ScopeMissing, ValidationFailed
from smplat.api.inputs import parse_id
from smplat.api.keys import Caller
from smplat.api.scopes import Scope

# Old storefronts put the projection into the notes.
_PROJECTION = re.compile(r"loyaltyProjection=(\d{1,9})")


def parse_order_id(text: str) -> UUID:
    """The order's id in the path.

    Raises:
        ValidationFailed: it is no UUID.
    """
    return parse_id(text, name="order_id")


def parse_moment(value: datetime | None, *, caller: Caller, now: datetime) -> datetime:
    """When it happened: now, unless the caller may say otherwise.

    Raises:
        ScopeMissing: the caller may not backdate.
        ValidationFailed: it lies in the future.
    """
    if value is None:
        return now
    if Scope.EVENTS_BACKDATE not in caller.scopes:
        raise ScopeMissing("occurredAt needs an API key with the scope events:backdate.")
    if value > now:
        raise ValidationFailed([Detail(type="value_error", loc=("body", "occurredAt"), msg="occurredAt lies ahead.")])
    return value


def parse_order(value: Mapping[str, Any]) -> NewOrder:
    """A new order.

    Raises:
        InvalidCurrency: the store does not sell in it.
        InvalidOrderSource: neither checkout nor manual.
    """
    currency, source = value["currency"].strip().upper(), value["source"].strip().lower()
    if currency not in settings.CURRENCIES:
        raise InvalidCurrency(f"Invalid currency: {value['currency']}", field="currency")
    if source not in OrderSource.values:
        raise InvalidOrderSource(f"Invalid order source: {value['source']}", field="source")
    notes = value.get("notes") or ""
    return NewOrder(
        items=tuple(_parse_item(item) for item in value["items"]),
        currency=currency,
        source=OrderSource(source),
        user_id=value.get("user_id"),
        customer=_parse_customer(value.get("customer")),
        notes=notes,
        loyalty_projection_points=_points(value.get("loyalty_projection_points"), notes),
    )


def _parse_item(item: Mapping[str, Any]) -> NewItem:
    return NewItem(
        line=Line(item["product_id"], item["quantity"], item["unit_price"], item["total_price"]),
        product_title=item["product_title"],
        selected_options=item.get("selected_options"),
        attributes=item.get("attributes"),
        platform_context=item.get("platform_context"),
    )


def _parse_customer(value: Mapping[str, Any] | None) -> CustomerDetails | None:
    if value is None:
        return None
    return CustomerDetails(
        email=value.get("email") or "",
        name=value.get("name") or "",
        locale=value.get("locale") or "",
        time_zone=value.get("timeZone") or "",
    )


def _points(stated: int | None, notes: str) -> int | None:
    if stated is not None:
        return stated
    found = _PROJECTION.search(notes)
    return int(found[1]) if found else None


def parse_status(text: str) -> OrderStatus:
    """A status to change to.

    Raises:
        InvalidStatus: there is no such status.
    """
    if text.strip().lower() not in OrderStatus.values:
        raise InvalidStatus(f"Invalid status: {text}", field="status")
    return OrderStatus(text.strip().lower())


def parse_status_filter(text: str | None) -> OrderStatus | None:
    """A status to list; None lists all.

    Raises:
        InvalidStatusFilter: there is no such status.
    """
    if text is None:
        return None
    if text.strip().lower() not in OrderStatus.values:
        raise InvalidStatusFilter(f"Invalid status filter: {text}", field="status_filter")
    return OrderStatus(text.strip().lower())


def parse_actor(value: Mapping[str, Any]) -> Actor:
    """Who the sender says acts; an unknown type is nobody's."""
    named = (value.get("actorType") or "").strip().lower()
    actor_type = ActorType(named) if named in ActorType.values else None
    return Actor(actor_type, value.get("actorId") or "", value.get("actorLabel") or "")


def parse_stage_report(value: Mapping[str, Any], *, occurred_at: datetime) -> StageReport:
    """What a stage reports."""
    return StageReport(
        step=Step(Stage(value["stage"]), StageStatus(value["status"])),
        note=value.get("note") or "",
        payload=value.get("payload") or {},
        next_action_at=value.get("nextActionAt") or value.get("next_action_at"),
        metadata_patch=value.get("metadataPatch") or value.get("metadata_patch") or {},
        occurred_at=occurred_at,
    )
