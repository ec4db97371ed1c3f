"""The checkout of an order: where it stands and how it got there."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from checkout.models.orders import Order
from checkout.states import Stage, StageStatus
from smplat.evidence import Evidence
from smplat.ids import new_id


class Orchestration(models.Model):
    """The walk of one order through its stages. Created with the order, in the same transaction."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    order = models.OneToOneField(Order, on_delete=models.PROTECT, related_name="orchestration")
    current_stage = models.CharField(max_length=16, choices=Stage.choices, default=Stage.PAYMENT)
    stage_status = models.CharField(max_length=16, choices=StageStatus.choices, default=StageStatus.NOT_STARTED)
    metadata = models.JSONField(default=dict, blank=True)
    started_at = models.DateTimeField(null=True, blank=True, help_text="The first time any stage was worked on.")
    completed_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True, help_text="Set while the current stage has failed.")
    stage_entered_at = models.DateTimeField(help_text="When the current stage was reached; prompts count from here.")
    last_transition_at = models.DateTimeField()
    next_action_at = models.DateTimeField(null=True, blank=True, help_text="When it is looked at again, while waiting.")
    recovery_due_at = models.DateTimeField(null=True, blank=True, help_text="When the recovery sweep decides about it.")
    prompts_sent = models.PositiveSmallIntegerField(default=0, help_text="Prompts since the current stage was reached.")
    last_prompt_at = models.DateTimeField(null=True, blank=True, help_text="The last of those prompts.")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            # The recovery sweep: what is due, oldest first. Only rows that can become due are in it.
            models.Index(
                fields=["recovery_due_at", "id"], name="orchestrations_due", condition=Q(recovery_due_at__isnull=False)
            ),
            # The recovery page: what stands in each stage, longest first.
            models.Index(fields=["current_stage", "last_transition_at"], name="orchestrations_by_stage"),
            # The same summed up: where the open ones stand and since when.
            models.Index(
                fields=["order"],
                include=["current_stage", "stage_status", "next_action_at", "last_transition_at"],
                name="orchestrations_open",
                condition=Q(completed_at__isnull=True),
            ),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="checkout_is_completed_exactly_in_the_last_stage",
                condition=Q(
                    current_stage=Stage.COMPLETED, stage_status=StageStatus.COMPLETED, completed_at__isnull=False
                )
                | (
                    ~Q(current_stage=Stage.COMPLETED)
                    & ~Q(stage_status=StageStatus.COMPLETED)
                    & Q(completed_at__isnull=True)
                ),
            ),
            models.CheckConstraint(
                name="checkout_has_failed_at_only_while_failed",
                condition=Q(stage_status=StageStatus.FAILED, failed_at__isnull=False)
                | (~Q(stage_status=StageStatus.FAILED) & Q(failed_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="checkout_has_last_prompt_exactly_when_prompted",
                condition=Q(prompts_sent=0, last_prompt_at__isnull=True)
                | Q(prompts_sent__gt=0, last_prompt_at__isnull=False),
            ),
            models.CheckConstraint(name="checkout_stage_is_known", condition=Q(current_stage__in=Stage.values)),
            models.CheckConstraint(name="checkout_status_is_known", condition=Q(stage_status__in=StageStatus.values)),
        ]

    def __str__(self) -> str:
        return f"{self.current_stage}/{self.stage_status}"


class OrchestrationEvent(Evidence):
    """One thing that happened to a checkout."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    orchestration = models.ForeignKey(Orchestration, on_delete=models.PROTECT, related_name="events")
    stage = models.CharField(max_length=16, choices=Stage.choices)
    status = models.CharField(max_length=16, choices=StageStatus.choices)
    transition_note = models.TextField(blank=True)
    payload = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(help_text="When it happened; earlier than the row for backdated orders.")

    class Meta(Evidence.Meta):
        indexes: ClassVar = [
            # The log of one checkout, oldest first.
            models.Index(fields=["orchestration", "created_at", "id"], name="events_of_checkout_oldest"),
        ]

    def __str__(self) -> str:
        return f"{self.stage}/{self.status}"
