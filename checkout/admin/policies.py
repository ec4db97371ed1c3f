"""Policies in the console: here only their history; they are shown and edited on the recovery page."""

from typing import ClassVar

from django.contrib import admin

from checkout.models import RecoveryPolicy
from smplat.console.read_only import ReadOnlyAdmin


@admin.register(RecoveryPolicy)
class RecoveryPolicyAdmin(ReadOnlyAdmin):
    list_display: ClassVar = ("stage", "version", "is_active", "max_prompts", "holdout_bps", "updated_at")
    ordering = ("stage",)
