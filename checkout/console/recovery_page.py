"""The recovery page: what stands still, what happens next, what happened, and by which policies."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django.urls import reverse

from checkout.models import RecoveryAction, RecoveryPolicy, SweepRun
from checkout.reports.decision_counts import count_decisions
from checkout.reports.stalled_by_stage import StalledStage, list_stalled_by_stage
from checkout.reports.sweep_preview import SweepPreview, preview_sweep
from checkout.rules.reasons import say_reason
from checkout.states import STAGES, Stage
from checkout.switches import RECOVERY
from checkout.timetable import SWEEP
from smplat import clock
from smplat.console.pages import ConsolePage
from smplat.operations import switches
from smplat.operations.durations import write_duration
from smplat.operations.set_aside import list_set_aside
from smplat.sweep_runs import SET_ASIDE

PERMISSION: Final = "checkout.view_recoverypolicy"
EDITS_POLICIES: Final = "checkout.change_recoverypolicy"
SWEEPS_SHOWN = 10
SPANS: Final = {"24h": ("24 hours", timedelta(hours=24)), "7d": ("7 days", timedelta(days=7))}


@dataclass(frozen=True)
class StageRow:
    """One line of the table of what stands still."""

    stalled: StalledStage
    # The order list with just these.
    url: str


@dataclass(frozen=True)
class PolicyRow:
    """One policy as a person reads it."""

    policy: RecoveryPolicy
    title: str
    stalls_after: str
    prompts: str
    quiet: str
    holdout: str
    escalates: str
    edit_url: str
    history_url: str


class RecoveryPage(ConsolePage):
    path = "checkout/recovery/"
    name = "checkout_recovery"
    title = "Recovery"
    permission = PERMISSION
    template_name = "checkout/recovery.html"

    def get_page(self) -> dict[str, Any]:
        now, span = clock.now(), self.request.GET.get("span", "24h")
        span = span if span in SPANS else "24h"
        preview = preview_sweep(now=now)
        return {
            "looked_at": now,
            "stages": [StageRow(stage, _orders_of(stage.stage)) for stage in list_stalled_by_stage(now=now)],
            "switch": _find_switch(now),
            "preview": preview,
            "set_aside": list_set_aside(now=now).filter(sweep=SWEEP).count(),
            "verdicts": _verdicts(preview),
            "sweeps": [(run, _counts_of(run)) for run in SweepRun.objects.order_by("-started_at")[:SWEEPS_SHOWN]],
            "policies": [_policy_row(policy) for policy in _policies()],
            "may_edit": self.person.has_perm(EDITS_POLICIES),
            "spans": [(title, f"?span={name}#decisions", name == span) for name, (title, _) in SPANS.items()],
            "decisions": [
                (count, say_reason(count.reason)) for count in count_decisions(since=now - SPANS[span][1], until=now)
            ],
        }


def _orders_of(stage: Stage) -> str:
    return f"{reverse('admin:checkout_order_changelist')}?{urlencode({'stalled': 'now', 'stage': stage.value})}"


def _find_switch(now: datetime) -> switches.Position | None:
    return next((position for position in switches.list_positions(now) if position.switch == RECOVERY), None)


def _verdicts(preview: SweepPreview) -> list[tuple[str, str, int]]:
    return [(RecoveryAction(action).label, say_reason(reason), count) for action, reason, count in preview.verdicts]


def _counts_of(run: SweepRun) -> str:
    known = {action.value: action.label.lower() for action in RecoveryAction} | {SET_ASIDE: "set aside"}
    return ", ".join(f"{count} {known.get(name, name)}" for name, count in sorted(run.counts.items()) if count)


def _policies() -> list[RecoveryPolicy]:
    return sorted(RecoveryPolicy.objects.all(), key=lambda policy: STAGES.index(Stage(policy.stage)))


def _policy_row(policy: RecoveryPolicy) -> PolicyRow:
    first = _minutes(policy.stall_after_minutes + policy.first_delay_minutes)
    prompts = f"{policy.max_prompts}, the first after {first}, then every {_minutes(policy.repeat_every_minutes)}"
    has_quiet = policy.quiet_from != policy.quiet_until
    channel = f"#{policy.escalation_channel}" if policy.escalation_channel else "console only"
    return PolicyRow(
        policy=policy,
        title=policy.get_stage_display(),
        stalls_after=_minutes(policy.stall_after_minutes),
        prompts=prompts if policy.max_prompts else "none: a person is called",
        quiet=f"{policy.quiet_from:%H:%M} to {policy.quiet_until:%H:%M}" if has_quiet else "none",
        holdout=f"{policy.holdout_bps / 100:g} %",
        escalates=f"{channel}, {_minutes(policy.escalation_deadline_minutes)} to acknowledge",
        edit_url=reverse("admin:checkout_recovery_policy", args=[policy.stage]),
        history_url=reverse("admin:checkout_recoverypolicy_history", args=[policy.stage]),
    )


def _minutes(minutes: int) -> str:
    return write_duration(timedelta(minutes=minutes))
