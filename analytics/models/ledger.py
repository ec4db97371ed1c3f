"""The books of the ingest: what came in, what became of it, and whether the tables agree."""

from django.db import models
from django.db.models import F, Q

from smplat.evidence import Evidence
from smplat.ids import new_id


class ReceiptKind(models.TextChoices):
    """Which door the events of a receipt came through."""

    SINGLE = "single"  # one event that was not accepted; an accepted one is its own receipt
    BATCH = "batch"  # a request to the batch endpoint, whatever became of it
    REPLAY = "replay"  # an operator sent a corrected event out of the quarantine


class IngestReceipt(Evidence):
    """What became of the events of one request, written in the transaction that stored them.

    Partitioned by month of `created_at` like the events, so that retention drops it without deleting evidence.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False, help_text="UUIDv7: sorts by receipt.")
    created_at = models.DateTimeField(help_text="When the request was received; created_at of its events too.")
    kind = models.CharField(max_length=16, choices=ReceiptKind, help_text="The door: single, batch or replay.")
    received = models.PositiveIntegerField(help_text="Events in the request.")
    accepted = models.PositiveIntegerField(default=0, help_text="Events stored.")
    duplicate = models.PositiveIntegerField(default=0, help_text="Events whose event_id was stored before.")
    quarantined = models.PositiveIntegerField(default=0, help_text="Events set aside with their bytes.")
    refused = models.PositiveIntegerField(default=0, help_text="Events refused with the request.")
    code = models.CharField(
        max_length=64, blank=True, default="", help_text="Why it was refused; empty when it was not."
    )
    request_id = models.CharField(max_length=200, blank=True, default="", help_text="X-Request-ID of the request.")
    client_id = models.BigIntegerField(null=True, blank=True, help_text="The API client that sent it.")

    class Meta(Evidence.Meta):
        db_table = "analytics_ingest_receipts"
        indexes = [
            models.Index(fields=["created_at", "id"], name="ingest_receipts_by_receipt"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=ReceiptKind.values), name="ingest_receipt_kind_is_known"),
            models.CheckConstraint(
                condition=Q(received=F("accepted") + F("duplicate") + F("quarantined") + F("refused")),
                name="ingest_receipt_accounts_for_every_event",
            ),
            models.CheckConstraint(condition=Q(refused=0) | ~Q(code=""), name="ingest_refusal_has_a_code"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} receipt {self.id}"


class LedgerHour(models.Model):
    """The verdict of the last comparison of receipts with tables for one hour of receipt."""

    hour = models.DateTimeField(primary_key=True, help_text="Start of the hour, UTC.")
    checked_at = models.DateTimeField(help_text="When the comparison was last made.")
    is_balanced = models.BooleanField(help_text="Whether every equation held.")
    difference = models.TextField(blank=True, default="", help_text="The equations that did not hold, in words.")

    class Meta:
        db_table = "analytics_ledger_hours"
        indexes = [models.Index(fields=["hour"], name="ledger_hours_that_differ", condition=Q(is_balanced=False))]
        constraints = [
            models.CheckConstraint(
                condition=Q(is_balanced=True, difference="") | (Q(is_balanced=False) & ~Q(difference="")),
                name="ledger_hour_explains_a_difference",
            )
        ]

    def __str__(self) -> str:
        return f"ledger of {self.hour:%Y-%m-%d %H:%M} UTC"
