"""What Slack deliveries remember."""

from typing import ClassVar

from django.db import models
from django.db.models import Q


class SlackBucket(models.Model):
    """Token bucket of one destination: how many posts it may take right now."""

    destination = models.CharField(max_length=100, primary_key=True)
    tokens = models.FloatField(help_text="As of refilled_at; one is added per second up to the burst size.")
    refilled_at = models.DateTimeField()
    # Slack said Retry-After: nothing goes before.
    blocked_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "Slack bucket"
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(tokens__gte=0), name="slack_bucket_is_never_overdrawn"),
        ]

    def __str__(self) -> str:
        return self.destination


class SlackPost(models.Model):
    """A post that later messages of the same conversation update, known by a bot token's timestamp."""

    conversation = models.CharField(max_length=200, help_text="The payload's conversation, e.g. incident:42.")
    destination = models.CharField(max_length=100)
    channel_id = models.CharField(max_length=50)
    timestamp = models.CharField(max_length=50, help_text="Slack's ts: the id of a post in its channel.")
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = "Slack post"
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["destination", "conversation"], name="one_slack_post_per_conversation"),
        ]

    def __str__(self) -> str:
        return self.conversation
