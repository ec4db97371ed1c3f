"""What of the running of the platform needs a person now."""

from collections.abc import Iterable

from django.db.models import Min
from django.urls import reverse

from smplat.console.attention import AttentionContext, Card, Severity
from smplat.console.counting import count_up_to
from smplat.operations import switches
from smplat.operations.models import Heartbeat
from smplat.operations.pages.readiness import title_of
from smplat.operations.probe import probe
from smplat.operations.readiness import Status
from smplat.operations.set_aside import list_set_aside
from smplat.operations.worker import SCHEDULE_PREFIX


def parts_that_do_not_work(_context: AttentionContext) -> Iterable[Card]:
    """Database, Redis, beat, workers and everything else that readiness asks."""
    components = {
        name: component
        for name, component in probe.report().components.items()
        if name != "switches" and not name.startswith(SCHEDULE_PREFIX)
    }
    broken = [name for name, component in components.items() if component.status is Status.ERROR]
    limping = [name for name, component in components.items() if component.status is Status.DEGRADED]
    if broken or limping:
        yield Card(
            title="Parts of the platform do not work" if broken else "Parts of the platform work only in part",
            count=len(broken) + len(limping),
            detail=", ".join(title_of(name) for name in broken + limping),
            url=reverse("admin:operations_readiness"),
            severity=Severity.CRITICAL if broken else Severity.WARNING,
            permission="operations.view_readiness",
            oldest_at=min(
                (moment for name in broken if (moment := components[name].last_success_at) is not None), default=None
            ),
        )


def switches_that_are_off(context: AttentionContext) -> Iterable[Card]:
    """Switches that somebody turned off."""
    off = [position for position in switches.list_positions(context.now) if not position.is_on]
    if off:
        yield Card(
            title="Switched off on purpose",
            count=len(off),
            detail="; ".join(f"{each.switch.title}: {each.flip.reason}" for each in off if each.flip),
            url=reverse("admin:operations_switches"),
            severity=Severity.WARNING,
            permission="operations.view_switchstate",
            oldest_at=min(each.flip.changed_at for each in off if each.flip),
        )


def schedules_that_fail(_context: AttentionContext) -> Iterable[Card]:
    """Schedules whose last run failed."""
    failing = Heartbeat.objects.filter(name__startswith=SCHEDULE_PREFIX, consecutive_failures__gt=0)
    names = [name.removeprefix(SCHEDULE_PREFIX) for name in failing.values_list("name", flat=True).order_by("name")]
    if names:
        yield Card(
            title="Scheduled work fails",
            count=len(names),
            detail=", ".join(name.replace("-", " ") for name in names),
            url=reverse("admin:operations_readiness"),
            severity=Severity.WARNING,
            permission="operations.view_readiness",
            oldest_at=failing.aggregate(oldest=Min("last_success_at"))["oldest"],
        )


def rows_set_aside(context: AttentionContext) -> Iterable[Card]:
    """Rows that sweeps could not decide about."""
    waiting = list_set_aside(now=context.now)
    oldest_at = waiting.values_list("since", flat=True).first()
    if oldest_at is not None:
        counted = count_up_to(waiting)
        yield Card(
            title="Set aside by sweeps",
            count=counted.count,
            is_lower_bound=counted.is_lower_bound,
            detail="An error keeps a sweep from deciding about these. They are tried again within the hour; nothing else waits for them.",
            url=reverse("admin:operations_setaside_changelist"),
            severity=Severity.WARNING,
            permission="operations.view_setaside",
            oldest_at=oldest_at,
        )
