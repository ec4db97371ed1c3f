"""Schedules of Celery beat. They are declared in code (smplat.schedules) and synced, so the console shows them and can run one now."""

from typing import ClassVar

from celery import current_app
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django_celery_beat.models import ClockedSchedule, CrontabSchedule, IntervalSchedule, PeriodicTask, SolarSchedule
from kombu.exceptions import OperationalError
from kombu.utils.json import loads

from smplat.console.actions import DialogForm, acting
from smplat.console.read_only import ReadOnlyAdmin
from smplat.errors import Unavailable


class ScheduleAdmin(ReadOnlyAdmin):
    """What beat sends, how often, and when it last did."""

    list_display: ClassVar = ("name", "task", "scheduler", "enabled", "last_run_at", "total_run_count")
    list_filter: ClassVar = ("enabled",)
    search_fields: ClassVar = ("name", "task")
    fields: ClassVar = (
        "name",
        "task",
        "description",
        "scheduler",
        "enabled",
        "args",
        "kwargs",
        "last_run_at",
        "total_run_count",
    )
    list_select_related: ClassVar = ("interval", "crontab", "solar", "clocked")
    actions_row: ClassVar = ("run_now",)
    actions_detail: ClassVar = ("run_now",)

    @acting(
        "Run now",
        question="Send this task to the workers once, now? Every task tolerates an extra run.",
        permission="django_celery_beat.change_periodictask",
        form=DialogForm,
        icon="play_arrow",
    )
    def run_now(self, request: HttpRequest, form: DialogForm, object_id: str) -> HttpResponse:  # noqa: ARG002 - Unfold's signature
        schedule = get_object_or_404(PeriodicTask, pk=object_id)
        try:
            current_app.send_task(schedule.task, args=loads(schedule.args), kwargs=loads(schedule.kwargs))
        except OperationalError as away:
            raise Unavailable("The queue cannot be reached, nothing was sent. Try again when Redis is back.") from away
        messages.success(request, f"{schedule.name} is on its way to a worker.")
        return redirect("admin:django_celery_beat_periodictask_changelist")


admin.site.unregister(PeriodicTask)
admin.site.register(PeriodicTask, ScheduleAdmin)
for part in (ClockedSchedule, CrontabSchedule, IntervalSchedule, SolarSchedule):
    admin.site.unregister(part)
