"""Artifacts: what a client hands in, and what we asked for."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from onboarding.models.journeys import Journey, Task
from smplat.ids import new_id


class Artifact(models.Model):
    """One thing asked for or handed in, received as a link."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    journey = models.ForeignKey(Journey, on_delete=models.PROTECT, related_name="artifacts")
    task = models.ForeignKey(Task, on_delete=models.PROTECT, null=True, blank=True, related_name="artifacts")
    label = models.CharField(max_length=255)
    url = models.URLField(max_length=2048, blank=True, help_text="Where it is; empty until it is received.")
    required = models.BooleanField(default=True)
    received_at = models.DateTimeField(null=True, blank=True)
    metadata = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "onboarding_artifacts"
        indexes: ClassVar = [
            # Awaited artifacts, for the attention page and the operators' list.
            models.Index(
                fields=["created_at"],
                name="artifacts_awaited",
                condition=Q(required=True, received_at__isnull=True),
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="one_artifact_per_label_of_a_task", fields=["journey", "task", "label"], nulls_distinct=False
            ),
            models.CheckConstraint(
                name="artifact_has_a_link_exactly_when_received",
                condition=Q(received_at__isnull=True, url="") | (Q(received_at__isnull=False) & ~Q(url="")),
            ),
        ]

    def __str__(self) -> str:
        return self.label
