"""Recovery: the policy of each stage, and the record of every decision about a stalled checkout."""

from datetime import time
from typing import ClassVar

from django.db import models
from django.db.models import Q

from checkout.models.orders import Order
from checkout.rules.holdout import EVERYBODY_BPS
from checkout.states import Stage
from smplat.evidence import Evidence
from smplat.history import tracked
from smplat.ids import new_id
from smplat.sweep_runs import CountedRun


class RecoveryAction(models.TextChoices):
    """What a sweep did with one checkout; the values are those of checkout.rules.recovery.Action."""

    PROMPT = "prompt", "Prompted"  # a message to the customer was written to the outbox
    DEFER = "defer", "Deferred"  # quiet hours: decided again when they end
    WAIT = "wait", "Waiting"  # not stalled yet
    HOLD = "hold", "Held"  # its provider is paused, an incident or a person holds it
    OBSERVE = "observe", "Held out"  # nothing is sent; its outcome is the comparison
    SUPPRESS = "suppress", "Suppressed"  # the customer said no
    ESCALATE = "escalate", "Escalated"  # a person was called
    STOP = "stop", "Stopped"  # nothing to recover


class RecoveryArm(models.TextChoices):
    """The two sides of the comparison; the values are those of checkout.rules.holdout.Arm."""

    PROMPTED = "prompted", "Prompted"
    HOLDOUT = "holdout", "Held out"


@tracked()
class RecoveryPolicy(models.Model):
    """How one stage is recovered. Each change raises `version`, which decisions and results cite."""

    stage = models.CharField(primary_key=True, max_length=16, choices=Stage.choices)
    version = models.PositiveIntegerField(default=1)
    is_active = models.BooleanField(default=True)
    stall_after_minutes = models.PositiveIntegerField(help_text="No movement for this long counts as stalled.")
    first_delay_minutes = models.PositiveIntegerField(help_text="From stalled to the first prompt.")
    repeat_every_minutes = models.PositiveIntegerField(default=360, help_text="Between two prompts.")
    max_prompts = models.PositiveSmallIntegerField(
        help_text="Prompts in one stage before a person is called; may be 0."
    )
    quiet_from = models.TimeField(default=time(21), help_text="On the customer's clock; equal times mean none.")
    quiet_until = models.TimeField(default=time(8))
    holdout_bps = models.PositiveSmallIntegerField(default=0, help_text="Share held out, in hundredths of a percent.")
    escalation_channel = models.CharField(max_length=80, blank=True, help_text="Slack channel; empty: console only.")
    escalation_deadline_minutes = models.PositiveIntegerField(default=240, help_text="Until somebody must acknowledge.")
    link_lifetime_hours = models.PositiveIntegerField(default=168, help_text="How long a resume link works.")
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "recovery policies"
        constraints: ClassVar = [
            models.CheckConstraint(name="recovery_holdout_is_a_share", condition=Q(holdout_bps__lte=EVERYBODY_BPS)),
            models.CheckConstraint(
                name="recovery_prompts_repeat_after_at_least_five_minutes", condition=Q(repeat_every_minutes__gte=5)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.stage} v{self.version}"


class SweepRun(CountedRun):
    """One recovery sweep that found something to decide, with its counts."""


class RecoveryDecision(Evidence):
    """One decision about one checkout, with its reason: why it was prompted, or why not."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="recovery_decisions")
    stage = models.CharField(max_length=16, choices=Stage.choices)
    policy_version = models.PositiveIntegerField()
    action = models.CharField(max_length=16, choices=RecoveryAction.choices)
    reason = models.CharField(max_length=64, help_text="Stable code, for example quiet-hours.")
    next_due_at = models.DateTimeField(null=True, blank=True)
    message_id = models.UUIDField(null=True, blank=True, help_text="The outbox message of a prompt.")
    # No foreign key: runs are purged, decisions stay. Empty for a prompt sent by hand.
    sweep_id = models.UUIDField(null=True, blank=True)
    decided_at = models.DateTimeField()

    class Meta(Evidence.Meta):
        indexes: ClassVar = [
            # Why and why not, for one order.
            models.Index(fields=["order", "-decided_at", "-id"], name="decisions_of_order_newest"),
            # Reports by period.
            models.Index(fields=["decided_at", "action"], name="decisions_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.action}: {self.reason}"


class RecoveryAssignment(Evidence):
    """Which arm a checkout's stage fell into when it was first due: what results are measured on."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="recovery_assignments")
    stage = models.CharField(max_length=16, choices=Stage.choices)
    policy_version = models.PositiveIntegerField()
    arm = models.CharField(max_length=16, choices=RecoveryArm.choices)
    assigned_at = models.DateTimeField()

    class Meta(Evidence.Meta):
        indexes: ClassVar = [
            # The result report, by stage and policy version.
            models.Index(fields=["stage", "policy_version", "assigned_at"], name="assignments_by_policy"),
            # The same for a period, whatever the stage.
            models.Index(fields=["assigned_at"], name="assignments_by_time"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(name="one_recovery_assignment_per_stage_of_an_order", fields=["order", "stage"]),
        ]

    def __str__(self) -> str:
        return f"{self.stage}: {self.arm}"
