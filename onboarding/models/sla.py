"""Whose turn it was and since when, and who answers for a due time that passed."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from onboarding.models.journeys import Journey, Task
from onboarding.states import Side
from smplat.evidence import Evidence
from smplat.ids import new_id


class SlaTurn(Evidence):
    """From this moment on the journey waited on this side; written with the change that passed the turn."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    journey = models.ForeignKey(Journey, on_delete=models.PROTECT, related_name="turns")
    side = models.CharField(max_length=16, choices=Side.choices)
    reason = models.CharField(max_length=64, help_text="Stable code, for example artifacts-to-review.")
    at = models.DateTimeField()

    class Meta(Evidence.Meta):
        indexes: ClassVar = [
            # The clock of one journey.
            models.Index(fields=["journey", "at", "id"], name="turns_of_journey_oldest"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(name="sla_side_is_known", condition=Q(side__in=Side.values)),
        ]

    def __str__(self) -> str:
        return f"{self.side} since {self.at:%Y-%m-%d %H:%M}"


class SlaBreach(Evidence):
    """A due time that passed, charged to the side that had most of the time until then."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    journey = models.ForeignKey(Journey, on_delete=models.PROTECT, related_name="breaches")
    task = models.ForeignKey(Task, on_delete=models.PROTECT, related_name="breaches")
    due_at = models.DateTimeField()
    charged_to = models.CharField(max_length=16, choices=Side.choices)
    client_seconds = models.PositiveBigIntegerField(help_text="How long the client had the turn until then.")
    us_seconds = models.PositiveBigIntegerField()
    provider_seconds = models.PositiveBigIntegerField()
    recorded_at = models.DateTimeField()

    class Meta(Evidence.Meta):
        indexes: ClassVar = [
            # The report by period.
            models.Index(fields=["due_at"], name="breaches_by_time"),
        ]
        constraints: ClassVar = [
            # Moving a due time allows a new breach, sweeping twice does not.
            models.UniqueConstraint(name="one_breach_per_task_and_due_time", fields=["task", "due_at"]),
        ]

    def __str__(self) -> str:
        return f"charged to {self.charged_to}"
