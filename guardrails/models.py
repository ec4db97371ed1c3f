"""Providers: who fulfils what the storefront sells."""

from typing import ClassVar

from django.db import models
from django.db.models import Q

from smplat.history import tracked


@tracked()
class Provider(models.Model):
    """An outside company that fulfils products. While it is paused nobody is prompted about its orders."""

    id = models.CharField(
        primary_key=True, max_length=128, help_text="The provider's own id, as the storefront sends it."
    )
    name = models.CharField(max_length=255)
    is_paused = models.BooleanField(default=False)
    paused_at = models.DateTimeField(null=True, blank=True, help_text="Since when it is paused; empty while it works.")
    created_at = models.DateTimeField()

    class Meta:
        permissions: ClassVar = [("pause_provider", "Can pause and resume providers")]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="provider_has_paused_at_only_while_paused",
                condition=Q(is_paused=True, paused_at__isnull=False) | Q(is_paused=False, paused_at__isnull=True),
            ),
            models.CheckConstraint(name="provider_has_an_id", condition=~Q(id="")),
        ]

    def __str__(self) -> str:
        return self.name
