"""Sums over offer events by quarter hour (UTC) of `occurred_at`: any time zone's hours and days are whole buckets.

Exact: each table equals the GROUP BY over the events whose `committed_in` lies below the cursor's horizon.
"""

from django.db import models
from django.db.models import Q


class OfferRollup(models.Model):
    """How many events of a type an offer had in a bucket."""

    pk = models.CompositePrimaryKey("bucket", "offer_slug", "event_type")
    bucket = models.DateTimeField(help_text="Start of the quarter hour, UTC.")
    offer_slug = models.CharField(max_length=255, help_text="The offer.")
    event_type = models.CharField(max_length=64, help_text="The type of event.")
    event_count = models.BigIntegerField(help_text="Events in the bucket.")

    class Meta:
        db_table = "analytics_offer_rollups"
        indexes = [models.Index(fields=["offer_slug", "bucket"], name="offer_rollups_by_offer")]
        constraints = [models.CheckConstraint(condition=Q(event_count__gt=0), name="offer_rollup_counts_something")]

    def __str__(self) -> str:
        return f"{self.event_count} {self.event_type} of {self.offer_slug}"


class OfferRollupAmount(models.Model):
    """What the carts of those events were worth, by currency; only events that carried a cart total."""

    pk = models.CompositePrimaryKey("bucket", "offer_slug", "event_type", "currency")
    bucket = models.DateTimeField(help_text="Start of the quarter hour, UTC.")
    offer_slug = models.CharField(max_length=255, help_text="The offer.")
    event_type = models.CharField(max_length=64, help_text="The type of event.")
    currency = models.CharField(max_length=16, blank=True, help_text="Currency; empty where the events named none.")
    event_count = models.BigIntegerField(help_text="Events that carried a cart total.")
    cart_total = models.DecimalField(max_digits=24, decimal_places=2, help_text="Sum of their cart totals.")

    class Meta:
        db_table = "analytics_offer_rollup_amounts"
        indexes = [models.Index(fields=["offer_slug", "bucket"], name="offer_rollup_amounts_by_offer")]
        constraints = [
            models.CheckConstraint(condition=Q(event_count__gt=0), name="offer_rollup_amount_counts_something"),
            models.CheckConstraint(condition=Q(cart_total__gte=0), name="offer_rollup_amount_is_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.cart_total} {self.currency} of {self.offer_slug}"


class OfferRollupOrder(models.Model):
    """An order that appears in a bucket: counting distinct ones over any span of buckets is exact."""

    pk = models.CompositePrimaryKey("bucket", "offer_slug", "event_type", "order_reference")
    bucket = models.DateTimeField(help_text="Start of the quarter hour, UTC.")
    offer_slug = models.CharField(max_length=255, help_text="The offer.")
    event_type = models.CharField(max_length=64, help_text="The type of event.")
    order_reference = models.TextField(help_text="The order.")

    class Meta:
        db_table = "analytics_offer_rollup_orders"
        indexes = [models.Index(fields=["offer_slug", "bucket"], name="offer_rollup_orders_by_offer")]

    def __str__(self) -> str:
        return f"{self.order_reference} in {self.offer_slug}"


class RollupCursor(models.Model):
    """How far a rollup has folded: every event committed by a transaction below `horizon` is in it, no other is."""

    name = models.CharField(primary_key=True, max_length=64, help_text="The rollup.")
    horizon = models.BigIntegerField(default=0, help_text="First transaction id that is not folded yet.")
    moved_at = models.DateTimeField(null=True, blank=True, help_text="When it last moved.")

    class Meta:
        db_table = "analytics_rollup_cursors"

    def __str__(self) -> str:
        return f"{self.name} at {self.horizon}"
