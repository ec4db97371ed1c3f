"""Interactions: who did or said what about a journey, in the order a person would read it."""

from typing import ClassVar

from django.db import models

from onboarding.models.journeys import Journey, Task
from onboarding.states import ActorType, InteractionChannel
from smplat.ids import new_id


class Interaction(models.Model):
    """One line of the log for people. What a nudge said can hold a name, so erasing a person empties `details`."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    journey = models.ForeignKey(Journey, on_delete=models.PROTECT, related_name="interactions")
    task = models.ForeignKey(Task, on_delete=models.PROTECT, null=True, blank=True, related_name="interactions")
    actor_type = models.CharField(max_length=16, choices=ActorType.choices)
    channel = models.CharField(max_length=16, choices=InteractionChannel.choices)
    summary = models.CharField(max_length=255)
    details = models.TextField(blank=True)
    metadata = models.JSONField(null=True, blank=True)
    # The outbox message of a nudge: what became of it is read there. One that names several tasks has no `task`.
    message_id = models.UUIDField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "onboarding_interactions"
        indexes: ClassVar = [
            # The log of one journey, newest first.
            models.Index(fields=["journey", "-created_at", "-id"], name="interactions_of_journey_newest"),
        ]
        constraints: ClassVar = [
            # Also from a message to what it was about.
            models.UniqueConstraint(
                name="one_interaction_of_a_message_per_journey",
                fields=["message_id", "journey"],
                condition=models.Q(message_id__isnull=False),
            ),
            models.CheckConstraint(
                name="interaction_actor_is_known", condition=models.Q(actor_type__in=ActorType.values)
            ),
            models.CheckConstraint(
                name="interaction_channel_is_known", condition=models.Q(channel__in=InteractionChannel.values)
            ),
        ]

    def __str__(self) -> str:
        return self.summary
