"""What happened to an offer, as the storefront told it; and the key that makes telling it twice harmless."""

from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Length
from django.db.models.lookups import Exact, LessThanOrEqual

from analytics.vocabulary import PRESET_EVENT_TYPES
from smplat.evidence import Evidence
from smplat.ids import new_id


class OfferEvent(Evidence):
    """One event, kept for ever as received. Partitioned by month of `created_at`; the database's key is (id, created_at)."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False, help_text="UUIDv7: sorts by receipt.")
    created_at = models.DateTimeField(help_text="When we received it.")
    occurred_at = models.DateTimeField(help_text="When it happened; the time of receipt unless the client said.")
    offer_slug = models.CharField(max_length=255, help_text="The offer it is about.")
    target_slug = models.CharField(max_length=255, null=True, blank=True, help_text="What the offer points at.")  # noqa: DJ001
    event_type = models.CharField(max_length=64, help_text="impression, cta_click, accept, … or anything else.")
    action = models.CharField(max_length=64, null=True, blank=True, help_text="What the shopper did.")  # noqa: DJ001
    cart_total = models.DecimalField(
        max_digits=12, decimal_places=2, null=True, blank=True, help_text="Value of the cart at that moment."
    )
    currency = models.CharField(max_length=16, null=True, blank=True, help_text="Currency of cart_total, upper case.")  # noqa: DJ001
    order_reference = models.TextField(null=True, blank=True, help_text="The order it belongs to, when there is one.")  # noqa: DJ001
    metadata = models.JSONField(null=True, blank=True, help_text="Whatever else the client attached: an object.")
    event_id = models.UUIDField(
        null=True, blank=True, help_text="The client's id of the event: unique in analytics_offer_event_keys."
    )
    receipt_id = models.UUIDField(null=True, blank=True, help_text="Receipt of the batch or replay that brought it.")
    client_id = models.BigIntegerField(null=True, blank=True, help_text="The API client that sent it.")

    class Meta(Evidence.Meta):
        db_table = "checkout_offer_events"
        indexes = [
            models.Index(fields=["created_at", "id"], name="offer_events_by_receipt"),
            models.Index(fields=["offer_slug", "occurred_at"], name="offer_events_by_offer_and_time"),
            models.Index(fields=["occurred_at"], name="offer_events_by_time"),
            models.Index(fields=["committed_in"], name="offer_events_by_transaction"),
            # The console finds the events of an order.
            models.Index(
                fields=["order_reference"],
                name="offer_events_by_order",
                condition=Q(order_reference__isnull=False),
            ),
            models.Index(
                fields=["occurred_at"],
                name="offer_events_of_presets",
                condition=Q(event_type__in=[kind.value for kind in PRESET_EVENT_TYPES]),
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(offer_slug=""), name="offer_event_names_an_offer"),
            models.CheckConstraint(condition=~Q(event_type=""), name="offer_event_has_a_type"),
            models.CheckConstraint(condition=Q(cart_total__gte=0), name="offer_event_cart_is_not_negative"),
            models.CheckConstraint(condition=~Q(currency=""), name="offer_event_currency_is_not_blank"),
            models.CheckConstraint(
                condition=LessThanOrEqual(Length("order_reference"), 255), name="offer_event_order_reference_is_bounded"
            ),
            models.CheckConstraint(
                condition=Exact(
                    Func(F("metadata"), function="jsonb_typeof", output_field=models.TextField()), Value("object")
                ),
                name="offer_event_metadata_is_an_object",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event_type} of {self.offer_slug}"


class OfferEventKey(models.Model):
    """The first event stored under a client's `event_id`. Outlives the window in which the event could be sent again."""

    event_id = models.UUIDField(primary_key=True, help_text="The client's id of the event.")
    id = models.UUIDField(help_text="Id of the event that was stored.")
    created_at = models.DateTimeField(help_text="created_at of the event that was stored.")

    class Meta:
        db_table = "analytics_offer_event_keys"
        indexes = [models.Index(fields=["created_at"], name="offer_event_keys_by_receipt")]

    def __str__(self) -> str:
        return str(self.event_id)
