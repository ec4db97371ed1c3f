"""The nudge policy in the console: here only its history; it is edited on a page of its own."""

from typing import ClassVar

from django.contrib import admin

from onboarding.models import NudgePolicy
from smplat.console.read_only import ReadOnlyAdmin


@admin.register(NudgePolicy)
class NudgePolicyAdmin(ReadOnlyAdmin):
    list_display: ClassVar = ("name", "version", "is_active", "idle_after_hours", "cap", "max_per_task", "updated_at")
