"""Nudges: the policy, and the record of every decision about an open task."""

from datetime import time
from typing import ClassVar

from django.db import models
from django.db.models import Q

from onboarding.models.journeys import Journey, Task
from onboarding.states import NudgeAction
from smplat.evidence import Evidence
from smplat.history import tracked
from smplat.ids import new_id
from smplat.sweep_runs import CountedRun

DEFAULT_POLICY = "default"


@tracked()
class NudgePolicy(models.Model):
    """How politely clients are chased. One row; each change raises `version`, which decisions cite."""

    name = models.CharField(primary_key=True, max_length=16, default=DEFAULT_POLICY, editable=False)
    version = models.PositiveIntegerField(default=1)
    is_active = models.BooleanField(default=True)
    idle_after_hours = models.PositiveIntegerField(default=24, help_text="Nobody touched the task for this long.")
    dedupe_hours = models.PositiveIntegerField(default=12, help_text="The same task is not named twice within this.")
    max_per_task = models.PositiveSmallIntegerField(default=5, help_text="Nudges about one task before we fall silent.")
    cap = models.PositiveSmallIntegerField(default=1, help_text="Messages to one client, over all journeys, …")
    cap_window_hours = models.PositiveIntegerField(default=20, help_text="… within this many hours.")
    quiet_from = models.TimeField(default=time(21), help_text="On the client's clock; equal times mean none.")
    quiet_until = models.TimeField(default=time(8))
    stall_after_hours = models.PositiveIntegerField(default=120, help_text="Nothing moved for this long: stalled.")
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "nudge policies"
        constraints: ClassVar = [
            models.CheckConstraint(name="there_is_one_nudge_policy", condition=Q(name=DEFAULT_POLICY)),
            models.CheckConstraint(name="nudge_cap_allows_one_message", condition=Q(cap__gte=1)),
            models.CheckConstraint(name="nudges_about_a_task_are_an_hour_apart", condition=Q(dedupe_hours__gte=1)),
        ]

    def __str__(self) -> str:
        return f"nudge policy v{self.version}"


class NudgeSweepRun(CountedRun):
    """One nudge sweep that found something to decide, with its counts."""


class NudgeDecision(Evidence):
    """One decision about one task (about the whole journey when it names none), with its reason: why, or why not."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    journey = models.ForeignKey(Journey, on_delete=models.PROTECT, related_name="nudge_decisions")
    task = models.ForeignKey(Task, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    policy_version = models.PositiveIntegerField()
    action = models.CharField(max_length=16, choices=NudgeAction.choices)
    reason = models.CharField(max_length=64, help_text="Stable code, for example quiet-hours.")
    next_due_at = models.DateTimeField(null=True, blank=True)
    message_id = models.UUIDField(null=True, blank=True, help_text="The outbox message of a nudge.")
    # No foreign key: runs are purged, decisions stay. Empty for a nudge sent by hand.
    sweep_id = models.UUIDField(null=True, blank=True)
    decided_at = models.DateTimeField()

    class Meta(Evidence.Meta):
        indexes: ClassVar = [
            # Why and why not, for one journey; also what a task was last nudged for.
            models.Index(fields=["journey", "-decided_at", "-id"], name="nudge_decisions_of_journey"),
            # Counts by period.
            models.Index(fields=["decided_at", "action"], name="nudge_decisions_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.action}: {self.reason}"
