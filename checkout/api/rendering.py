"""Orders and checkouts as the wire has them (contract 4.4, 4.8)."""

from collections.abc import Iterable
from typing import Any

from checkout.models import Order, OrderItem, OrderStateEvent
from checkout.queries import Checkout, Progress


def order_body(order: Order, items: Iterable[OrderItem]) -> dict[str, Any]:
    """Snake case except `providerOrders`; fields of other systems are there with their empty value."""
    return {
        "id": order.pk,
        "order_number": order.order_number,
        "user_id": order.customer_id,
        "status": order.status,
        "source": order.source,
        "subtotal": order.subtotal,
        "tax": order.tax,
        "total": order.total,
        "currency": order.currency,
        "loyalty_projection_points": order.loyalty_projection_points,
        "notes": order.notes or None,
        "receipt_storage_key": None,
        "receipt_storage_url": None,
        "receipt_storage_uploaded_at": None,
        "created_at": order.created_at,
        "updated_at": order.updated_at,
        "items": [_item_body(item) for item in items],
        "providerOrders": [],
    }


def _item_body(item: OrderItem) -> dict[str, Any]:
    return {
        "id": item.pk,
        "product_id": item.product_id,
        "product_title": item.product_title,
        "quantity": item.quantity,
        "unit_price": item.unit_price,
        "total_price": item.total_price,
        "selected_options": item.selected_options,
        "attributes": item.attributes,
        "platform_context": item.platform_context,
        "customer_social_account_id": None,
        "baseline_metrics": None,
        "delivery_snapshots": None,
        "target_metrics": None,
    }


def state_event_body(event: OrderStateEvent) -> dict[str, Any]:
    """One entry of an order's log."""
    return {
        "id": event.pk,
        "eventType": event.event_type,
        "actorType": event.actor_type or None,
        "actorId": event.actor_id or None,
        "actorLabel": event.actor_label or None,
        "fromStatus": event.from_status or None,
        "toStatus": event.to_status or None,
        "notes": event.notes or None,
        "metadata": event.metadata,
        "createdAt": event.created_at,
    }


def progress_body(order_id: object, progress: Progress) -> dict[str, Any]:
    """How far an order is."""
    return {
        "order_id": order_id,
        "order_status": progress.order_status,
        "total_tasks": progress.total,
        "completed_tasks": progress.completed,
        "failed_tasks": progress.failed,
        "in_progress_tasks": progress.in_progress,
        "progress_percentage": progress.percentage,
        "items_count": progress.total,
    }


def checkout_body(checkout: Checkout) -> dict[str, Any]:
    """Where a checkout stands, with its log oldest first."""
    return {
        "orderId": checkout.order_id,
        "currentStage": checkout.stage,
        "status": checkout.status,
        "startedAt": checkout.started_at,
        "completedAt": checkout.completed_at,
        "failedAt": checkout.failed_at,
        "nextActionAt": checkout.next_action_at,
        "metadata": checkout.metadata,
        "events": [
            {
                "stage": event.stage,
                "status": event.status,
                "note": event.note or None,
                "payload": event.payload,
                "createdAt": event.created_at,
            }
            for event in checkout.events
        ],
    }
