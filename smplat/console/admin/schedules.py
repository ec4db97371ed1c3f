"""Schedules of Celery beat. They are declared in code (smplat.schedules) and synced, so the console shows them and can run one now."""

from datetime import timedelta
from typing import Any, ClassVar

from celery import current_app
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django_celery_beat.models import ClockedSchedule, CrontabSchedule, IntervalSchedule, PeriodicTask, SolarSchedule
from kombu.exceptions import OperationalError
from kombu.utils.json import loads

from smplat.console.actions import DialogForm, acting
from smplat.console.columns import column
from smplat.console.read_only import ReadOnlyAdmin
from smplat.console.templatetags.console import ago
from smplat.errors import Unavailable
from smplat.operations.durations import write_duration


class ScheduleAdmin(ReadOnlyAdmin):
    """What beat sends, how often, and when it last did."""

    list_display: ClassVar = ("name", "purpose", "how_often", "enabled", "last_sent", "total_run_count")
    ordering = ("name",)
    sortable_by = ()
    list_filter: ClassVar = ("enabled",)
    search_fields: ClassVar = ("name", "task")
    fields: ClassVar = (
        "name",
        "task",
        "description",
        "how_often",
        "enabled",
        "args",
        "kwargs",
        "last_run_at",
        "total_run_count",
    )
    list_select_related: ClassVar = ("interval", "crontab", "solar", "clocked")
    actions_row: ClassVar = ("run_now",)
    actions_detail: ClassVar = ("run_now",)

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:  # noqa: ARG002 - Django's signature
        return ("how_often",)

    @column("What for")
    def purpose(self, schedule: PeriodicTask) -> str:
        return str(schedule.description or schedule.task)

    @column("How often")
    def how_often(self, schedule: PeriodicTask) -> str:
        every = schedule.interval
        if every is None:
            return str(schedule.scheduler)
        return f"every {write_duration(timedelta(**{every.period: every.every}))}"

    @column("Last sent")
    def last_sent(self, schedule: PeriodicTask) -> Any:
        return ago(schedule.last_run_at)

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
