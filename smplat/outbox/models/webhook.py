"""Where signed webhooks go."""

from datetime import datetime
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from smplat import history


# What is sent to whom is a decision; the history tells who took it.
@history.tracked()
class WebhookEndpoint(models.Model):
    """A receiver that an operator registered."""

    name = models.CharField(max_length=100, unique=True)
    url = models.CharField(max_length=500, help_text="https address that takes the POST.")
    topics = ArrayField(
        models.CharField(max_length=100), help_text="Topics it receives, each exactly as listed in docs/outbox.md."
    )
    is_active = models.BooleanField(
        default=True, help_text="Switched off, it receives nothing and misses what happens."
    )
    # Filled by the system when it switched the endpoint off itself (the receiver answered 410 Gone).
    disabled_because = models.TextField(blank=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = "webhook endpoint"
        permissions: ClassVar = [("rotate_webhook_secret", "Can rotate the secret of a webhook endpoint")]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(is_active=False) | Q(disabled_because=""), name="active_endpoint_has_no_reason_to_be_off"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class WebhookSecretQuerySet(models.QuerySet["WebhookSecret"]):
    """Reads of signing secrets."""

    def valid_at(self, now: datetime) -> "WebhookSecretQuerySet":
        """Secrets that sign at this moment, newest first."""
        return self.filter(Q(expires_at__isnull=True) | Q(expires_at__gt=now)).order_by("-id")


class WebhookSecret(models.Model):
    """A signing secret; shown once when made, kept readable because every delivery signs with it."""

    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.CASCADE, related_name="secrets")
    secret = models.CharField(max_length=100, help_text="whsec_ and 32 random bytes in base64.")
    created_at = models.DateTimeField()
    # Null for the current one; a rotated one signs beside it until then.
    expires_at = models.DateTimeField(null=True, blank=True)

    objects = WebhookSecretQuerySet.as_manager()

    class Meta:
        verbose_name = "webhook secret"
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["endpoint"], condition=Q(expires_at__isnull=True), name="one_current_secret_per_endpoint"
            ),
        ]

    def __str__(self) -> str:
        return f"secret {self.pk} of {self.endpoint_id}"
