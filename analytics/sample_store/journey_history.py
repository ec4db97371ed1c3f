"""Lets clients of the made-up past walk through their checklists, by the actions and sweeps of the onboarding; deterministic.

Each client has a pace: some are done within days, some begin and fall silent until the real sweep reminds them.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from random import Random
from uuid import UUID

from analytics.sample_store.order_history import OPERATOR
from analytics.sample_store.timeline import Timeline
from checkout.models import Order
from onboarding.actions.assign_owner import assign_owner
from onboarding.actions.receive_artifact import receive_artifact
from onboarding.actions.record_experiments import Experiment, record_experiments
from onboarding.actions.start_journey import Introduction, start_journey
from onboarding.actions.toggle_task import toggle_task
from onboarding.clock_sweep import keep_clocks
from onboarding.models import Artifact, Journey, NudgeDecision, Task
from onboarding.states import AT_REST, ActorType, NudgeAction, TaskStatus
from onboarding.sweep import run_sweep
from smplat.console.models import User
from smplat.outbox.actions.change_preferences import change_preferences
from smplat.outbox.choices import Category, ChangeSource

REFERRED_SHARE, OWNED_SHARE, FILES_SHARE = 0.3, 0.35, 0.8
# Of those who are reminded: who does the next task soon, and who wants to hear no more.
HEEDS_SHARE, OPTS_OUT_SHARE = 0.4, 0.03
MEDIAN_HOURS_TO_HEED = 4.0
EXPERIMENTS = (
    ("winter-price", (("a", "Today's price"), ("b", "Lower entry")), 0.6),
    ("welcome-gift", (("a", "No gift"), ("b", "A free story")), 0.25),
)
# A sweep of the past is given this long by its clock, which stands still.
SWEEP_SPAN = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Pace:
    """How a client goes about a checklist: how many tasks get done unasked, and the days between two of them."""

    share: float
    tasks: int
    shortest_days: float
    longest_days: float


PACES = (Pace(0.4, 3, 0.1, 1.2), Pace(0.2, 3, 1.5, 4), Pace(0.25, 1, 0.2, 3), Pace(0.15, 0, 1, 1))


@dataclass(slots=True)
class JourneyHistory:
    """Journeys of the past on their timeline."""

    seed: int
    timeline: Timeline
    _chances: dict[UUID, Random] = field(default_factory=dict)

    def begin(self, order_id: UUID, at: datetime) -> None:
        """The client has paid. A journey that is there already is only walked on."""
        placed_at = Order.objects.values_list("created_at", flat=True).get(pk=order_id)
        chance = Random(f"{self.seed}:journey:{placed_at.isoformat()}")  # noqa: S311 - reproducible on purpose
        code = f"SMPLAT-{chance.randrange(16**6):06X}" if chance.random() < REFERRED_SHARE else ""
        met, is_owned = _experiments(chance), chance.random() < OWNED_SHARE
        (pace,) = chance.choices(PACES, [pace.share for pace in PACES])
        started = start_journey(order_id=order_id, introduction=Introduction(referral_code=code), now=at)
        self._chances[started.journey_id] = chance
        if started.is_new:
            record_experiments(order_id=order_id, experiments=met, now=at)
            if is_owned:
                self.timeline.add(at + timedelta(hours=2), partial(_own, started.journey_id))
        for _ in range(pace.tasks):
            at += timedelta(days=chance.uniform(pace.shortest_days, pace.longest_days))
            self.timeline.add(at, partial(self._do_next, started.journey_id))

    def sweep(self, at: datetime) -> bool:
        """Let the real sweeps remind and keep the clocks; says whether anybody was written to."""
        keep_clocks(clock=lambda: at)
        if not Journey.objects.filter(nudge_due_at__lte=at).exists():
            return False
        total = run_sweep(clock=lambda: at, until=at + SWEEP_SPAN)
        self._react(at)
        return total.clients > 0

    def _react(self, at: datetime) -> None:
        reminded = NudgeDecision.objects.filter(decided_at=at, action=NudgeAction.NUDGE, journey__in=self._chances)
        for journey_id in reminded.order_by("journey__started_at").values_list("journey_id", flat=True).distinct():
            chance = self._chances[journey_id]
            fate = chance.random()
            if fate < HEEDS_SHARE:
                after = timedelta(hours=chance.lognormvariate(0, 0.8) * MEDIAN_HOURS_TO_HEED)
                self.timeline.add(at + after, partial(self._do_next, journey_id))
            elif fate > 1 - OPTS_OUT_SHARE:
                self.timeline.add(at + timedelta(hours=1), partial(_opt_out, journey_id))

    def _do_next(self, journey_id: UUID, at: datetime) -> None:
        """Hand in what the next task asks for, which completes it, or tick it."""
        tasks = Task.objects.filter(journey=journey_id, dropped_at__isnull=True).exclude(status=TaskStatus.COMPLETED)
        task = tasks.select_related("journey__order").order_by("sort_order").first()
        if task is None or task.journey.order.status in AT_REST:
            return
        artifact, chance = Artifact.objects.filter(task=task).first(), self._chances[journey_id]
        if artifact and chance.random() < FILES_SHARE:
            link = f"https://files.example.com/{chance.randrange(16**8):08x}"
            receive_artifact(journey_id=journey_id, artifact_id=artifact.pk, url=link, actor=ActorType.CLIENT, now=at)
            return
        toggle_task(order_id=task.journey.order_id, task_id=task.pk, completed=True, actor=ActorType.CLIENT, now=at)


def _experiments(chance: Random) -> list[Experiment]:
    return [
        Experiment(slug, *chance.choice(variants), is_control=None, status="running")
        for slug, variants, share in EXPERIMENTS
        if chance.random() < share
    ]


def _own(journey_id: UUID, at: datetime) -> None:
    operator = User.objects.filter(username=OPERATOR).first()
    if operator:
        assign_owner(
            journey_id=journey_id, owner_id=operator.pk, reason="Looks after this client.", by=OPERATOR, now=at
        )


def _opt_out(journey_id: UUID, at: datetime) -> None:
    customer_id = Journey.objects.values_list("order__customer_id", flat=True).get(pk=journey_id)
    if customer_id:
        change_preferences(
            recipient_id=customer_id, wants={Category.ONBOARDING: False}, source=ChangeSource.ONE_CLICK, now=at
        )
