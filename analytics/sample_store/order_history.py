"""Lets the made-up orders of the past happen again, moment by moment, through the actions and sweeps of the checkout.

Nothing is written that the platform did not decide itself: prompts, deferrals, arms and escalations are those of the real
sweep, which is run with the moments of the past as its clock.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from random import Random
from uuid import UUID

from analytics.sample_store.order_plan import PlannedOrder
from analytics.sample_store.people import OPTS_OUT_SHARE, handling, returns_after
from analytics.sample_store.timeline import Timeline
from analytics.storefront.goods import PAUSED_SUPPLIER
from analytics.storefront.purchases import MadeUpOrder
from checkout.actions.acknowledge_escalation import acknowledge_escalation
from checkout.actions.call_escalations_again import call_escalations_again
from checkout.actions.change_order_status import change_order_status
from checkout.actions.create_order import NewItem, NewOrder, create_order
from checkout.actions.record_stage_event import StageReport, record_stage_event
from checkout.actions.resolve_escalation import resolve_escalation
from checkout.actors import Actor
from checkout.customers import CustomerDetails
from checkout.models import Escalation, Orchestration, Order, RecoveryAction, RecoveryDecision
from checkout.rules.position import Step
from checkout.rules.prices import Line
from checkout.rules.recovery import Action
from checkout.states import ActorType, OrderStatus, Stage, StageStatus
from checkout.sweep import run_sweep
from guardrails.actions.pause_provider import pause_provider
from guardrails.models import Provider
from smplat import history
from smplat.console.models import User
from smplat.errors import Refusal
from smplat.outbox.actions.change_preferences import change_preferences
from smplat.outbox.choices import Category, ChangeSource

# A sweep of the past is given this long by its clock, which stands still.
SWEEP_SPAN = timedelta(minutes=1)
PAID = Step(Stage.PAYMENT, StageStatus.COMPLETED)
PAUSED_BEFORE_END = timedelta(days=2)
CANCELED_SHARE = 0.02
# What stands still for so long is called off: nobody comes back for it any more.
GIVEN_UP_AFTER = timedelta(days=6)
CANCELED_BY = Actor(ActorType.OPERATOR, label="Ops desk")
CALLED_OFF = "The customer called it off."
GIVEN_UP = "Nobody came back for it."
OPERATOR = "operator"
CALLS_AT_ONCE = 50
# What the sample store's operator wrote before the real one looks.
PAUSE_REASON = "Delivers late since the weekend; they check their stock."


@dataclass(slots=True)
class _Live:
    """An order of the past as it goes on."""

    planned: PlannedOrder
    order_id: UUID
    chance: Random
    next_report: int = 0
    is_stuck: bool = False
    prompts: int = 0
    has_decided: bool = False

    @property
    def made_up(self) -> MadeUpOrder:
        return self.planned.made_up

    @property
    def stands_still(self) -> bool:
        """It got stuck and nothing has moved it on since."""
        return self.is_stuck and self.next_report == self.made_up.stuck_before


@dataclass(slots=True)
class OrderHistory:
    """Orders of the past on their timeline; `on_paid` is told which order was paid, and when."""

    seed: int
    timeline: Timeline
    on_paid: Callable[[UUID, datetime], None]
    _live: dict[UUID, _Live] = field(default_factory=dict)

    def expect(self, planned: PlannedOrder, *, stored: UUID | None, progress: Callable[[int], object]) -> None:
        """Let an order be placed at its moment; one that is stored already goes on from there."""
        self.timeline.add(planned.placed_at, partial(self._place, planned, stored, progress))

    def expect_pause(self) -> None:
        """Let a supplier fail near the end."""
        self.timeline.add(self.timeline.until - PAUSED_BEFORE_END, self._pause_supplier)

    def sweep(self, at: datetime) -> bool:
        """Let the real sweep look at what is due; says whether it wrote to anybody."""
        if not Orchestration.objects.filter(recovery_due_at__lte=at).exists():
            return False
        swept = run_sweep(clock=lambda: at, until=at + SWEEP_SPAN)
        call_escalations_again(limit=CALLS_AT_ONCE, now=at)
        self._react(at)
        return swept.counts[Action.PROMPT] > 0

    def _place(
        self, planned: PlannedOrder, stored: UUID | None, progress: Callable[[int], object], at: datetime
    ) -> None:
        order_id = stored or _create(planned)
        chance = Random(f"{self.seed}:{planned.name}")  # noqa: S311 - reproducible on purpose
        live = self._live[order_id] = _Live(planned, order_id, chance)
        self._schedule_next(live, after=at)
        if chance.random() < CANCELED_SHARE:
            self.timeline.add(at + timedelta(hours=chance.uniform(1, 60)), partial(_cancel, order_id, CALLED_OFF))
        progress(1)

    def _schedule_next(self, live: _Live, *, after: datetime) -> None:
        reports, number = live.made_up.reports, live.next_report
        if number >= len(reports):
            return
        if number == live.made_up.stuck_before and not live.is_stuck:
            live.is_stuck = True
            self.timeline.add(after + GIVEN_UP_AFTER, partial(self._give_up, live))
            return
        self.timeline.add(after + reports[number].after, partial(self._report, live))

    def _report(self, live: _Live, at: datetime) -> None:
        said = live.made_up.reports[live.next_report]
        live.next_report += 1
        look_again = at + said.looks_again_after if said.looks_again_after else None
        step = Step(Stage(said.stage), StageStatus(said.status))
        report = StageReport(step, said.note, said.payload, look_again, {}, at)
        try:
            record_stage_event(order_id=live.order_id, report=report, now=at)
        except Refusal:
            # Canceled meanwhile, or told before by a run that was killed.
            return
        if step == PAID:
            self.on_paid(live.order_id, at)
        self._schedule_next(live, after=at)

    def _come_back(self, live: _Live, at: datetime) -> None:
        """What held the order up is done after all."""
        if live.stands_still:
            self._report(live, at)

    def _give_up(self, live: _Live, at: datetime) -> None:
        if live.stands_still:
            _cancel(live.order_id, GIVEN_UP, at)

    def _react(self, at: datetime) -> None:
        decided = RecoveryDecision.objects.filter(decided_at=at, order_id__in=self._live)
        for order_id, action in decided.values_list("order_id", "action").order_by("order__created_at"):
            live = self._live[order_id]
            if action == RecoveryAction.PROMPT:
                live.prompts += 1
                self._maybe_return(live, at, is_prompted=True)
            elif action == RecoveryAction.OBSERVE and not live.has_decided:
                live.has_decided = True
                self._maybe_return(live, at, is_prompted=False)
            elif action == RecoveryAction.ESCALATE:
                self._see_to_escalation(live, at)

    def _maybe_return(self, live: _Live, at: datetime, *, is_prompted: bool) -> None:
        after = returns_after(live.chance, is_prompted=is_prompted, number=live.prompts)
        if after is not None:
            self.timeline.add(at + after, partial(self._come_back, live))
        elif is_prompted and live.chance.random() < OPTS_OUT_SHARE:
            self.timeline.add(at + timedelta(hours=1), partial(_opt_out, live.order_id))

    def _see_to_escalation(self, live: _Live, at: datetime) -> None:
        seen_to = handling(live.chance)
        escalation = Escalation.objects.filter(order_id=live.order_id, resolved_at__isnull=True).first()
        operator = User.objects.filter(username=OPERATOR).first()
        if escalation is None or operator is None or seen_to.taken_after is None:
            return
        self.timeline.add(at + seen_to.taken_after, partial(_take, escalation.pk, operator))
        if seen_to.resolved_after is not None:
            self.timeline.add(at + seen_to.resolved_after, partial(_resolve, escalation.pk, seen_to.resolution))
        if seen_to.resolved_after is not None and seen_to.moves_on:
            self.timeline.add(at + seen_to.resolved_after + timedelta(hours=1), partial(self._come_back, live))

    def _pause_supplier(self, at: datetime) -> None:
        if Provider.objects.filter(pk=PAUSED_SUPPLIER, is_paused=False).exists():
            with history.acting(who=f"user:{OPERATOR}"):
                pause_provider(provider_id=PAUSED_SUPPLIER, reason=PAUSE_REASON, by=OPERATOR, now=at)


def _create(planned: PlannedOrder) -> UUID:
    made_up, at = planned.made_up, planned.placed_at
    good, buyer = made_up.good, made_up.buyer
    line = Line(good.id, made_up.quantity, good.price, made_up.total)
    new = NewOrder(
        items=(NewItem(line, good.title),),
        currency=good.currency,
        customer=CustomerDetails(buyer.email, buyer.name, buyer.locale, buyer.time_zone),
        notes=made_up.notes,
        loyalty_projection_points=int(made_up.total),
    )
    # The price of a good may have been changed since by an operator: the past keeps its own.
    return create_order(new=new, may_override_price=True, placed_at=at, now=at).order.pk


def _cancel(order_id: UUID, notes: str, at: datetime) -> None:
    try:
        change_order_status(
            order_id=order_id,
            wanted=OrderStatus.CANCELED,
            by=CANCELED_BY,
            notes=notes,
            metadata=None,
            occurred_at=at,
            now=at,
        )
    except Refusal:
        # Delivered already, or canceled by a run that was killed.
        return


def _opt_out(order_id: UUID, at: datetime) -> None:
    customer_id = Order.objects.values_list("customer_id", flat=True).get(pk=order_id)
    if customer_id:
        change_preferences(
            recipient_id=customer_id, wants={Category.ORDER_UPDATES: False}, source=ChangeSource.ONE_CLICK, now=at
        )


def _take(escalation_id: UUID, operator: User, at: datetime) -> None:
    try:
        with history.acting(who=f"user:{OPERATOR}"):
            acknowledge_escalation(escalation_id=escalation_id, by=operator, now=at)
    except Refusal:
        # It was resolved meanwhile: the checkout moved on.
        return


def _resolve(escalation_id: UUID, resolution: str, at: datetime) -> None:
    try:
        with history.acting(who=f"user:{OPERATOR}"):
            resolve_escalation(escalation_id=escalation_id, resolution=resolution, now=at)
    except Refusal:
        return
