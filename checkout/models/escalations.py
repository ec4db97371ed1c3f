"""Escalations: a stalled checkout that a person has to look at."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from checkout.models.orders import Order
from checkout.states import Stage
from smplat.history import tracked
from smplat.ids import new_id


class EscalationReason(models.TextChoices):
    """Why a person was called."""

    PROMPTS_EXHAUSTED = "prompts-exhausted", "All prompts sent, nothing moved"
    NO_ADDRESS = "no-address", "No way to reach the customer"
    MANUAL = "manual", "Called by an operator"


# What operators write may name the customer: it is kept in one place, where erasing the person reaches it.
@tracked(exclude=["note", "resolution"])
class Escalation(models.Model):
    """One call for a person, with one owner and a deadline to acknowledge it; past the deadline it is called again."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="escalations")
    stage = models.CharField(max_length=16, choices=Stage.choices)
    reason = models.CharField(max_length=32, choices=EscalationReason.choices)
    note = models.TextField(blank=True)
    opened_at = models.DateTimeField()
    deadline_at = models.DateTimeField(help_text="Acknowledge before; then it is called again.")
    times_called = models.PositiveSmallIntegerField(default=1)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolution = models.TextField(blank=True)

    class Meta:
        indexes: ClassVar = [
            # The queue and the re-escalation sweep: unacknowledged ones by deadline.
            models.Index(
                fields=["deadline_at", "id"],
                name="escalations_to_acknowledge",
                condition=Q(acknowledged_at__isnull=True, resolved_at__isnull=True),
            ),
            # The console's queue and its cards read only the open ones.
            models.Index(
                fields=["acknowledged_at", "deadline_at", "id"],
                name="escalations_open",
                condition=Q(resolved_at__isnull=True),
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="one_open_escalation_per_order", fields=["order"], condition=Q(resolved_at__isnull=True)
            ),
            models.CheckConstraint(
                name="escalation_has_an_owner_once_acknowledged",
                condition=Q(acknowledged_at__isnull=True, owner__isnull=True)
                | Q(acknowledged_at__isnull=False, owner__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_stage_display()}: {self.get_reason_display()}"
