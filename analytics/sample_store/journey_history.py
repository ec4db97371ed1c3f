"""Lets clients of the made-up past walk through their checklists, by the actions of the onboarding; deterministic.

Each client has a pace: some are done within days, some begin and fall silent, so that the command centre has something to show.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from uuid import UUID

from analytics.sample_store.order_history import OPERATOR
from checkout.models import OrchestrationEvent, Order
from checkout.states import OrderStatus, Stage, StageStatus
from onboarding.actions.assign_owner import assign_owner
from onboarding.actions.receive_artifact import receive_artifact
from onboarding.actions.record_experiments import Experiment, record_experiments
from onboarding.actions.start_journey import Introduction, start_journey
from onboarding.actions.toggle_task import toggle_task
from onboarding.models import Artifact, Task
from onboarding.states import ActorType
from smplat.console.models import User

REFERRED_SHARE, OWNED_SHARE, FILES_SHARE = 0.3, 0.35, 0.8
EXPERIMENTS = (
    ("winter-price", (("a", "Today's price"), ("b", "Lower entry")), 0.6),
    ("welcome-gift", (("a", "No gift"), ("b", "A free story")), 0.25),
)


@dataclass(frozen=True, slots=True)
class Pace:
    """How a client goes about a checklist: how many tasks get done, and the days between two of them."""

    share: float
    tasks: int
    shortest_days: float
    longest_days: float


PACES = (Pace(0.4, 3, 0.1, 1.2), Pace(0.2, 3, 1.5, 4), Pace(0.25, 1, 0.2, 3), Pace(0.15, 0, 1, 1))


def walk_journeys(*, seed: int, until: datetime, progress: Callable[[int], object] = lambda _: None) -> int:
    """The journeys of all orders paid before `until`; returns how many are new. Those that are there stay as they are."""
    paid = OrchestrationEvent.objects.filter(
        stage=Stage.PAYMENT, status=StageStatus.COMPLETED, created_at__lt=until, orchestration__order__journey=None
    )
    moments = dict(paid.order_by("-created_at").values_list("orchestration__order_id", "created_at"))
    for order in Order.objects.filter(pk__in=moments).order_by("created_at"):
        _walk(order, paid_at=moments[order.pk], seed=seed, until=until)
        progress(1)
    return len(moments)


def _walk(order: Order, *, paid_at: datetime, seed: int, until: datetime) -> None:
    chance = Random(f"{seed}:journey:{order.created_at.isoformat()}")  # noqa: S311 - reproducible on purpose
    code = f"SMPLAT-{chance.randrange(16**6):06X}" if chance.random() < REFERRED_SHARE else ""
    started = start_journey(order_id=order.pk, introduction=Introduction(referral_code=code), now=paid_at)
    _take_part(order.pk, chance, at=paid_at)
    if order.status in {OrderStatus.CANCELED, OrderStatus.ON_HOLD}:
        return
    _maybe_own(started.journey_id, chance, at=paid_at + timedelta(hours=2), until=until)
    (pace,) = chance.choices(PACES, [pace.share for pace in PACES])
    at = paid_at
    for task in Task.objects.filter(journey=started.journey_id).order_by("sort_order")[: pace.tasks]:
        at += timedelta(days=chance.uniform(pace.shortest_days, pace.longest_days))
        if at < until:
            _do(order.pk, task, chance, at=at)


def _do(order_id: UUID, task: Task, chance: Random, *, at: datetime) -> None:
    """Hand in what the task asks for, which completes it, or tick it."""
    artifact = Artifact.objects.filter(task=task).first()
    if artifact and chance.random() < FILES_SHARE:
        link = f"https://files.example.com/{chance.randrange(16**8):08x}"
        receive_artifact(journey_id=task.journey_id, artifact_id=artifact.pk, url=link, actor=ActorType.CLIENT, now=at)
    else:
        toggle_task(order_id=order_id, task_id=task.pk, completed=True, actor=ActorType.CLIENT, now=at)


def _take_part(order_id: UUID, chance: Random, *, at: datetime) -> None:
    met = [
        Experiment(slug, *chance.choice(variants), is_control=None, status="running")
        for slug, variants, share in EXPERIMENTS
        if chance.random() < share
    ]
    record_experiments(order_id=order_id, experiments=met, now=at)


def _maybe_own(journey_id: UUID, chance: Random, *, at: datetime, until: datetime) -> None:
    operator = User.objects.filter(username=OPERATOR).first()
    if operator and chance.random() < OWNED_SHARE and at < until:
        assign_owner(
            journey_id=journey_id, owner_id=operator.pk, reason="Looks after this client.", by=OPERATOR, now=at
        )
