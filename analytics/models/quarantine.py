"""Events of a batch that could not be stored, kept byte for byte until a person decides."""

from typing import ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.text import Truncator

from smplat.ids import new_id


class QuarantineState(models.TextChoices):
    """What became of a quarantined event."""

    PENDING = "pending"  # waits for a person
    REPLAYED = "replayed"  # a corrected event went through the ingest
    DISCARDED = "discarded"  # a person decided against it, with a reason


class EventForm(models.TextChoices):
    """How the bytes are to be read."""

    API = "api"  # snake_case, as POST /api/v1/analytics/offer-events takes it
    WEB = "web"  # camelCase, as the web tier and the beacon send it


class QuarantinedEvent(models.Model):
    """One event that a batch carried and that was not acceptable. Its bytes and the finding never change."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False, help_text="UUIDv7: sorts by receipt.")
    created_at = models.DateTimeField(help_text="When it was received.")
    receipt_id = models.UUIDField(help_text="Receipt of the batch that carried it.")
    index = models.PositiveIntegerField(help_text="Its place in the batch, from 0.")
    client_id = models.BigIntegerField(null=True, blank=True, help_text="The API client that sent it.")
    form = models.CharField(
        max_length=16, choices=EventForm, default=EventForm.API, help_text="How the bytes are to be read."
    )
    original = models.BinaryField(help_text="Exactly the bytes that were sent.")
    code = models.CharField(max_length=64, help_text="What was wrong, as a stable slug.")
    field = models.CharField(
        max_length=64, blank=True, default="", help_text="Where it was wrong; empty for the whole event."
    )
    message = models.TextField(help_text="What was wrong, in words.")
    state = models.CharField(
        max_length=16, choices=QuarantineState, default=QuarantineState.PENDING, help_text="What became of it."
    )
    resolved_at = models.DateTimeField(null=True, blank=True, help_text="When it was replayed or discarded.")
    resolved_by = models.CharField(max_length=150, blank=True, default="", help_text="Who replayed or discarded it.")
    reason = models.TextField(blank=True, default="", help_text="Why, in that person's words.")
    corrected = models.TextField(
        blank=True, default="", help_text="The text that was replayed instead of the original."
    )
    resulting_event_id = models.UUIDField(null=True, blank=True, help_text="Id of the offer event the replay led to.")

    class Meta:
        db_table = "analytics_quarantined_events"
        indexes = [
            models.Index(fields=["created_at", "id"], name="quarantine_by_receipt"),
            models.Index(fields=["created_at", "id"], name="quarantine_that_waits", condition=Q(state="pending")),
            models.Index(fields=["resolved_at"], name="quarantine_by_resolution", condition=~Q(state="pending")),
        ]
        constraints = [
            models.UniqueConstraint(fields=["receipt_id", "index"], name="one_quarantined_event_per_place_in_a_batch"),
            models.CheckConstraint(condition=Q(state__in=QuarantineState.values), name="quarantine_state_is_known"),
            models.CheckConstraint(condition=Q(form__in=EventForm.values), name="quarantine_form_is_known"),
            models.CheckConstraint(
                condition=Q(state="pending", resolved_at=None, resolved_by="")
                | (~Q(state="pending") & Q(resolved_at__isnull=False) & ~Q(resolved_by="")),
                name="quarantine_resolved_by_someone_or_pending",
            ),
            models.CheckConstraint(
                condition=Q(state="replayed", resulting_event_id__isnull=False)
                | (~Q(state="replayed") & Q(resulting_event_id=None)),
                name="quarantine_replayed_has_its_event",
            ),
            models.CheckConstraint(
                condition=~Q(state="discarded") | ~Q(reason=""), name="quarantine_discarded_has_a_reason"
            ),
        ]
        triggers: ClassVar = [
            pgtrigger.ReadOnly(
                name="finding_stays",
                fields=[
                    "created_at",
                    "receipt_id",
                    "index",
                    "client_id",
                    "form",
                    "original",
                    "code",
                    "field",
                    "message",
                ],
            ),
            pgtrigger.Protect(
                name="resolution_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__state__in=["replayed", "discarded"]),
            ),
        ]

    def __str__(self) -> str:
        return Truncator(self.message).chars(80)
