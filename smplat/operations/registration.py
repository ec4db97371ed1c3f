"""What operations itself registers with the rest of the house when Django is ready."""

import os
from datetime import timedelta
from typing import Any

from django.apps import AppConfig
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate
from django_celery_beat.models import PeriodicTask

from smplat import clock, history, schedules
from smplat.console import attention, navigation, pages, roles
from smplat.operations import cards, components, readiness
from smplat.operations.actions.sync_schedules import sync_schedules
from smplat.operations.models import DeclaredSchedule
from smplat.operations.pages.readiness import ReadinessPage
from smplat.operations.pages.runbooks import ActStepPage, LookStepPage, RunbookPage, RunbooksPage
from smplat.operations.pages.switches import FlipSwitchPage, SwitchesPage

PAGES = (ReadinessPage, SwitchesPage, FlipSwitchPage, RunbooksPage, RunbookPage, LookStepPage, ActStepPage)
LINKS = (
    navigation.Link(
        group="Operations",
        title="Readiness",
        icon="monitor_heart",
        url_name="admin:operations_readiness",
        permission="operations.view_readiness",
        order=850,
    ),
    navigation.Link(
        group="Operations",
        title="Switches",
        icon="toggle_on",
        url_name="admin:operations_switches",
        permission="operations.view_switchstate",
        order=860,
    ),
    navigation.Link(
        group="Operations",
        title="Runbooks",
        icon="menu_book",
        url_name="admin:operations_runbooks",
        permission="operations.view_runbookrun",
        order=870,
    ),
    navigation.Link(
        group="Operations",
        title="Set aside",
        icon="report",
        url_name="admin:operations_setaside_changelist",
        permission="operations.view_setaside",
        order=885,
    ),
)


def register_all(config: AppConfig) -> None:
    """Components, schedules and rights; called once by `ready()`."""
    _register_components()
    schedules.register(
        schedules.Schedule(
            name="pulse",
            task="operations.pulse",
            every=timedelta(seconds=15),
            title="One task goes round: beat sends it, a worker runs it.",
        )
    )
    roles.grant("viewer", "operations.view_readiness", "operations.view_switchstate", "operations.view_runbookrun")
    roles.grant("viewer", "operations.view_setaside")
    roles.grant("operator", "operations.run_runbook")
    roles.grant("analyst", "operations.run_runbook")
    roles.grant("on-call", "operations.run_runbook", "operations.act_runbook", "operations.flip_switch")
    _register_pages()
    connection_created.connect(_stamp, dispatch_uid="smplat-history-stamp")
    post_migrate.connect(_sync_schedules, sender=config, dispatch_uid="smplat-sync-schedules")


def _register_components() -> None:
    readiness.register(
        "database", components.check_database, advice="Is PostgreSQL up, and does DATABASE_URL reach it?"
    )
    readiness.register(
        "migrations", components.check_migrations, advice="Run manage.py migrate with the version that is deployed."
    )
    readiness.register(
        "redis",
        components.check_redis,
        uses_database=False,
        advice="Nothing is lost while it is away: work that waits is in PostgreSQL and goes on when Redis is back.",
    )
    readiness.register(
        "beat",
        components.check_beat,
        advice="Restart the beat process (celery -A smplat beat). Due work waits in PostgreSQL until then.",
    )
    readiness.register(
        "worker",
        components.check_worker,
        advice="Restart a worker (celery -A smplat worker). Due work waits in PostgreSQL until then.",
    )
    readiness.register(
        "switches", components.check_switches, advice="Somebody stopped this on purpose: the switches page says why."
    )
    readiness.register_group(components.schedule_checks)


def _register_pages() -> None:
    for page in PAGES:
        pages.register(page)
    for link in LINKS:
        navigation.register(link)
    for provider in (
        cards.parts_that_do_not_work,
        cards.switches_that_are_off,
        cards.schedules_that_fail,
        cards.rows_set_aside,
    ):
        attention.register(provider)


def _stamp(connection: BaseDatabaseWrapper, **_signal: Any) -> None:
    # A web process takes a connection from its pool for every request, and each of its doors names somebody anyway.
    if os.environ.get("SMPLAT_PROCESS") != "web":
        history.stamp_session(connection)


def _sync_schedules(**_signal: Any) -> None:
    tables = {PeriodicTask._meta.db_table, DeclaredSchedule._meta.db_table}  # noqa: SLF001 - Django's public API
    if tables <= set(connection.introspection.table_names()):
        sync_schedules(schedules=schedules.registered(), now=clock.now())
