"""What a person wants to hear."""

from typing import ClassVar

from django.db import models

from smplat.evidence import Evidence
from smplat.outbox.choices import Category, ChangeSource


class Preference(models.Model):
    """One person's choices; without a row the defaults below apply."""

    recipient_id = models.UUIDField(primary_key=True)
    order_updates = models.BooleanField(default=True)
    payment_updates = models.BooleanField(default=True)
    fulfillment_alerts = models.BooleanField(default=True)
    marketing_messages = models.BooleanField(default=False)
    billing_alerts = models.BooleanField(default=True)
    onboarding = models.BooleanField(default=True)
    # What the storefront had open last; kept for it, of no meaning here.
    last_selected_order_id = models.UUIDField(null=True, blank=True)
    updated_at = models.DateTimeField()

    class Meta:
        verbose_name = "notification preference"

    def __str__(self) -> str:
        return str(self.recipient_id)

    def allows(self, category: str) -> bool:
        """Whether the person wants messages of this category."""
        return bool(getattr(self, Category(category).value))


class PreferenceChange(Evidence):
    """That a person changed their mind about one category, when and how: proof of consent and of its withdrawal."""

    id = models.BigAutoField(primary_key=True)
    recipient_id = models.UUIDField()
    category = models.CharField(max_length=30, choices=Category.choices)
    wants = models.BooleanField()
    source = models.CharField(max_length=12, choices=ChangeSource.choices)
    at = models.DateTimeField()

    class Meta(Evidence.Meta):
        verbose_name = "preference change"
        indexes: ClassVar = [
            # One person's history, for their page and export.
            models.Index(fields=["recipient_id", "id"], name="outbox_preference_person"),
        ]

    def __str__(self) -> str:
        return f"{self.category} {'on' if self.wants else 'off'}"
