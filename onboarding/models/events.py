"""The log of journeys, and the experiments that orders took part in."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from checkout.models import Order
from onboarding.models.journeys import Journey, Task
from onboarding.states import JourneyEventType
from smplat.evidence import Evidence
from smplat.ids import new_id


class JourneyEvent(Evidence):
    """One change of a journey, written in the transaction of the change; replaying them rebuilds its state."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    journey = models.ForeignKey(Journey, on_delete=models.PROTECT, related_name="events")
    task = models.ForeignKey(Task, on_delete=models.PROTECT, null=True, blank=True, related_name="events")
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="+")
    event_type = models.CharField(max_length=32, choices=JourneyEventType.choices)
    status_before = models.CharField(max_length=255, blank=True)
    status_after = models.CharField(max_length=255, blank=True)
    metadata = models.JSONField(default=dict, blank=True)
    occurred_at = models.DateTimeField()

    class Meta(Evidence.Meta):
        db_table = "onboarding_journey_events"
        indexes: ClassVar = [
            # The log of one order's journey.
            models.Index(fields=["order", "occurred_at", "id"], name="journey_events_by_order"),
            # One kind of event by time.
            models.Index(fields=["event_type", "occurred_at", "id"], name="journey_events_by_type"),
            # Everything by time.
            models.Index(fields=["occurred_at", "id"], name="journey_events_by_time"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="journey_event_type_is_known", condition=Q(event_type__in=JourneyEventType.values)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event_type} {self.status_after}".strip()


class ExperimentSegment(Evidence):
    """One experiment named by a pricing_experiment_segment event: a row for each, so that lists page by row and lose none."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    event = models.ForeignKey(JourneyEvent, on_delete=models.PROTECT, related_name="segments")
    journey = models.ForeignKey(Journey, on_delete=models.PROTECT, related_name="segments")
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField(help_text="Its place in the event, from 0.")
    slug = models.CharField(max_length=255)
    variant_key = models.CharField(max_length=255)
    variant_name = models.CharField(max_length=255, null=True, blank=True)  # noqa: DJ001 - the wire tells null from empty
    is_control = models.BooleanField(null=True, blank=True)
    assignment_strategy = models.CharField(max_length=255, null=True, blank=True)  # noqa: DJ001 - as above
    status = models.CharField(max_length=255, null=True, blank=True)  # noqa: DJ001 - as above
    feature_flag_key = models.CharField(max_length=255, null=True, blank=True)  # noqa: DJ001 - as above
    recorded_at = models.DateTimeField()

    class Meta(Evidence.Meta):
        db_table = "onboarding_experiment_segments"
        indexes: ClassVar = [
            # The report of segments and its keyset cursor, newest first.
            models.Index(fields=["-recorded_at", "-id"], name="segments_newest_first"),
            # Conversions of one experiment, and the list's filter by experiment (compared in lower case).
            models.Index(Lower("slug"), Lower("variant_key"), name="segments_by_experiment"),
            # What one journey took part in, newest first.
            models.Index(fields=["journey", "-recorded_at", "-id"], name="segments_of_journey_newest"),
            # The newest record of one experiment, and its last days.
            models.Index(fields=["slug", "-recorded_at"], name="segments_of_experiment_newest"),
            # The newest record of one variant.
            models.Index(fields=["slug", "variant_key", "-recorded_at", "-id"], name="segments_of_variant_newest"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(name="one_segment_per_position_of_an_event", fields=["event", "position"]),
        ]

    def __str__(self) -> str:
        return f"{self.slug}: {self.variant_key}"


# Stands for an experiment as a whole, where each of its variants has its key.
ANY_VARIANT = ""


class ExperimentOrder(Evidence):
    """An order that met an experiment, and one of its variants, for the first time: reports count these and nothing else.

    It keeps what the order was worth then, so that a figure needs no other table and a cited one never changes.
    """

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="+", db_index=False)
    slug = models.CharField(max_length=255)
    variant_key = models.CharField(max_length=255, blank=True, help_text="Empty: the experiment, whichever variant.")
    currency = models.CharField(max_length=3)
    total = models.DecimalField(max_digits=12, decimal_places=2)
    loyalty_points = models.IntegerField()
    recorded_at = models.DateTimeField()

    class Meta(Evidence.Meta):
        db_table = "onboarding_experiment_orders"
        indexes: ClassVar = [
            # Sums over all experiments, or over the variants of some, from the index alone.
            models.Index(
                fields=["variant_key", "slug"],
                include=["recorded_at", "committed_in", "currency", "total", "loyalty_points"],
                name="experiment_orders_summed",
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="an_order_counts_once_for_an_experiment_and_a_variant", fields=["order", "slug", "variant_key"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.slug}: {self.variant_key or 'any variant'}"
