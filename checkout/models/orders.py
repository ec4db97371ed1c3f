"""Orders, their items and the log of what happened to them."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from checkout.models.customers import Customer
from checkout.states import OPEN, ActorType, OrderSource, OrderStatus, StateEventType
from guardrails.models import Provider
from merchandising.models import Product
from smplat.evidence import Evidence
from smplat.ids import new_id


class Order(models.Model):
    """One purchase. `status` moves together with its checkout's stage, by one action."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    order_number = models.CharField(max_length=32, unique=True, help_text="From a sequence; numbers may have gaps.")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, null=True, blank=True, related_name="orders")
    status = models.CharField(max_length=16, choices=OrderStatus.choices, default=OrderStatus.PENDING)
    source = models.CharField(max_length=16, choices=OrderSource.choices, default=OrderSource.CHECKOUT)
    subtotal = models.DecimalField(max_digits=12, decimal_places=2)
    tax = models.DecimalField(max_digits=12, decimal_places=2, default=0)
    total = models.DecimalField(max_digits=12, decimal_places=2)
    currency = models.CharField(max_length=3)
    loyalty_projection_points = models.IntegerField(null=True, blank=True)
    notes = models.TextField(blank=True, help_text="The customer's own note; operators' notes go into the log.")
    is_backdated = models.BooleanField(default=False, help_text="Recorded after the fact: nobody is ever prompted.")
    created_at = models.DateTimeField(help_text="When it was placed.")
    updated_at = models.DateTimeField()

    class Meta:
        permissions: ClassVar = [
            ("prompt_customer", "Can send a recovery prompt now"),
            ("override_prompt", "Can send a prompt that the rules would not"),
        ]
        indexes: ClassVar = [
            # Newest-first lists of the API and the console, and their keyset cursors.
            models.Index(fields=["-created_at", "-id"], name="orders_newest_first"),
            # The same lists filtered by status.
            models.Index(fields=["status", "-created_at", "-id"], name="orders_by_status_newest"),
            # A customer's orders, newest first.
            models.Index(fields=["customer", "-created_at", "-id"], name="orders_of_customer_newest"),
            # The console's filter by value.
            models.Index(fields=["total"], name="orders_by_value"),
            # What stands still and what it is worth, without reading the many orders that are over.
            models.Index(
                fields=["id"],
                include=["status", "is_backdated", "currency", "total"],
                name="orders_open",
                condition=Q(status__in=list(OPEN)),
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="order_total_is_subtotal_plus_tax", condition=Q(total=F("subtotal") + F("tax"))
            ),
            models.CheckConstraint(name="order_amounts_are_not_negative", condition=Q(subtotal__gte=0, tax__gte=0)),
            models.CheckConstraint(name="order_status_is_known", condition=Q(status__in=OrderStatus.values)),
            models.CheckConstraint(name="order_source_is_known", condition=Q(source__in=OrderSource.values)),
        ]

    def __str__(self) -> str:
        return self.order_number


class OrderItem(models.Model):
    """One line of an order, as it was when ordered: later changes of the product do not reach it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="items")
    position = models.PositiveSmallIntegerField(help_text="0 for the first line.")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, related_name="+")
    product_slug = models.CharField(max_length=255)
    product_title = models.CharField(max_length=255)
    provider = models.ForeignKey(Provider, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    quantity = models.PositiveIntegerField()
    unit_price = models.DecimalField(max_digits=12, decimal_places=2)
    total_price = models.DecimalField(max_digits=12, decimal_places=2)
    selected_options = models.JSONField(null=True, blank=True)
    attributes = models.JSONField(null=True, blank=True)
    platform_context = models.JSONField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="one_order_item_per_position", fields=["order", "position"]),
            models.CheckConstraint(name="order_item_quantity_is_positive", condition=Q(quantity__gte=1)),
            models.CheckConstraint(
                name="order_item_prices_are_not_negative", condition=Q(unit_price__gte=0, total_price__gte=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.product_title}"


class OrderStateEvent(Evidence):
    """What happened to an order: its status changes and notes."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="state_events")
    event_type = models.CharField(max_length=32, choices=StateEventType.choices)
    actor_type = models.CharField(max_length=16, choices=ActorType.choices, blank=True)
    actor_id = models.CharField(max_length=255, blank=True)
    actor_label = models.CharField(max_length=255, blank=True)
    from_status = models.CharField(max_length=64, blank=True)
    to_status = models.CharField(max_length=64, blank=True)
    notes = models.TextField(blank=True)
    metadata = models.JSONField(null=True, blank=True)
    created_at = models.DateTimeField(help_text="When it happened; earlier than the row for backdated orders.")

    class Meta(Evidence.Meta):
        indexes: ClassVar = [
            # The log of one order, newest first.
            models.Index(fields=["order", "-created_at", "-id"], name="state_events_of_order_newest"),
        ]

    def __str__(self) -> str:
        return f"{self.event_type} {self.to_status}".strip()
