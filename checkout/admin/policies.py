"""Policies in the console: here only their history; they are shown and edited on the recovery page."""

from typing import ClassVar

from django.contrib import admin

from checkout.models import RecoveryPolicy
from smplat.console.columns import column
from smplat.console.read_only import ReadOnlyAdmin
from smplat.console.templatetags.console import percent


@admin.register(RecoveryPolicy)
class RecoveryPolicyAdmin(ReadOnlyAdmin):
    list_display: ClassVar = ("stage", "version", "is_active", "max_prompts", "held_out", "updated_at")
    ordering = ("stage",)
    sortable_by = ()

    @column("Held out")
    def held_out(self, policy: RecoveryPolicy) -> str:
        return percent(policy.holdout_bps / 10_000)
