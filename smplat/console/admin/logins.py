"""Failed logins and lockouts, as django-axes keeps them."""

from typing import ClassVar

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from axes.utils import reset
from django.conf import settings
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from smplat.console.actions import DialogForm, acting
from smplat.console.columns import column
from smplat.console.read_only import ReadOnlyAdmin


class FailedLoginAdmin(ReadOnlyAdmin):
    """Who failed to sign in from where, and whether they are locked out."""

    nothing_yet: ClassVar[str] = "Nobody has failed to sign in since the last success."
    list_display: ClassVar = ("username", "ip_address", "failures_since_start", "is_locked_out", "attempt_time")
    list_filter: ClassVar = ("attempt_time",)
    search_fields: ClassVar = ("username", "ip_address")
    # Never the submitted form: it holds what the person typed.
    fields: ClassVar = ("username", "ip_address", "user_agent", "path_info", "failures_since_start", "attempt_time")
    actions_row: ClassVar = ("lift_lockout",)
    actions_detail: ClassVar = ("lift_lockout",)

    @column("Locked out", boolean=True)
    def is_locked_out(self, attempt: AccessAttempt) -> bool:
        return bool(attempt.failures_since_start >= settings.AXES_FAILURE_LIMIT)

    @acting(
        "Lift lockout",
        question="Let this person try to sign in again at once? Do it only for somebody you have spoken to.",
        permission="axes.delete_accessattempt",
        form=DialogForm,
        icon="lock_open",
    )
    def lift_lockout(self, request: HttpRequest, form: DialogForm, object_id: str) -> HttpResponse:  # noqa: ARG002 - Unfold's signature
        attempt = get_object_or_404(AccessAttempt, pk=object_id)
        reset(username=attempt.username, ip=attempt.ip_address)
        messages.success(request, f"{attempt.username} may try again.")
        return redirect("admin:axes_accessattempt_changelist")


admin.site.unregister(AccessAttempt)
admin.site.register(AccessAttempt, FailedLoginAdmin)
# Each repeats what the attempts and last_login already say.
admin.site.unregister(AccessLog)
admin.site.unregister(AccessFailureLog)
