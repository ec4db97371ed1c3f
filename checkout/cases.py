"""What recovery decides about: checkouts with every fact the decision rests on, read in set-based queries.

A sweep holds the rows meanwhile (claim_due), so that nothing it decided on can change before it has committed.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet

from checkout.holds import holds_by_order
from checkout.models import Orchestration, RecoveryAssignment, RecoveryPolicy
from checkout.policies import as_rule
from checkout.positions import Held
from checkout.rules.holdout import Arm, arm_of
from checkout.rules.quiet_hours import known_zone
from checkout.rules.recovery import Action, Facts, Verdict, decide_recovery, spread_of
from checkout.states import StageStatus
from checkout.timetable import SWEEP
from smplat.bulk_rows import among
from smplat.db import require_transaction
from smplat.operations.set_aside import Subject, not_set_aside
from smplat.outbox.choices import Category
from smplat.outbox.queries import find_unwilling

# What facts and prompts need of the three rows; the other half of their columns costs a tenth of a sweep.
_READ = (
    "current_stage",
    "stage_status",
    "stage_entered_at",
    "last_transition_at",
    "next_action_at",
    "recovery_due_at",
    "prompts_sent",
    "last_prompt_at",
    "order__order_number",
    "order__status",
    "order__is_backdated",
    "order__total",
    "order__currency",
    "order__customer__email",
    "order__customer__name",
    "order__customer__locale",
    "order__customer__time_zone",
)


@dataclass(frozen=True)
class DueCheckout:
    """A checkout that is due, by its names alone."""

    id: UUID
    # None: not due at all; such a row is never found.
    due_at: datetime | None
    order_id: UUID
    order_number: str

    @property
    def subjects(self) -> tuple[Subject]:
        """As what waits aside names it."""
        return (Subject(self.id, self.order_number, ("admin:checkout_order_change", self.order_id)),)


@dataclass(frozen=True)
class Case:
    """One checkout and what there is to know about it; `policy` is None for a stage that is not recovered."""

    held: Held
    policy: RecoveryPolicy | None
    facts: Facts
    # Whether its arm was written down when it was first due; otherwise the first decision does.
    is_assigned: bool

    @property
    def order_id(self) -> UUID:
        """The order's id."""
        return self.held.order.pk


def claim_due(*, limit: int, now: datetime) -> list[DueCheckout]:
    """Lock checkouts that are due, with their orders, oldest first, and pass over what anybody else holds.

    Never waits for a lock, so it cannot deadlock with hold_order, which waits for the order and then for the checkout.
    """
    require_transaction()
    return _name(due_checkouts(now=now).select_for_update(skip_locked=True, no_key=True), limit=limit)


def list_due(*, after: DueCheckout | None, limit: int, now: datetime) -> list[DueCheckout]:
    """The same checkouts without locking them, in pages: what a sweep would claim."""
    due = due_checkouts(now=now)
    if after is not None:
        due = due.filter(Q(recovery_due_at__gt=after.due_at) | Q(recovery_due_at=after.due_at, pk__gt=after.id))
    return _name(due, limit=limit)


def due_checkouts(*, now: datetime) -> QuerySet[Orchestration]:
    """What a sweep would take now: due, and not set aside because of an error."""
    return not_set_aside(Orchestration.objects.filter(recovery_due_at__lte=now), sweep=SWEEP, now=now)


def _name(due: QuerySet[Orchestration], *, limit: int) -> list[DueCheckout]:
    """Only what names them: a row with a value that cannot even be read must not spoil the others."""
    named = due.order_by("recovery_due_at", "id").values_list(
        "id", "recovery_due_at", "order_id", "order__order_number"
    )
    return [DueCheckout(*names) for names in named[:limit]]


def read_due(due: Sequence[DueCheckout]) -> list[Held]:
    """The rows of these checkouts, in their order."""
    rows = among(Orchestration.objects.all(), "id", [one.id for one in due])
    found = {checkout.pk: checkout for checkout in rows.select_related("order__customer").only(*_READ)}
    return [Held(found[one.id].order, found[one.id]) for one in due]


def read_cases(held: Sequence[Held], *, now: datetime) -> list[Case]:
    """The facts of these checkouts; the number of queries does not grow with them."""
    policies = {policy.stage: policy for policy in RecoveryPolicy.objects.all()}
    stages = {one.order.pk: one.orchestration.current_stage for one in held}
    holds = holds_by_order(list(stages), stages=stages, now=now)
    people = {one.order.customer_id for one in held if one.order.customer_id}
    unwilling = find_unwilling(recipient_ids=people, category=Category.ORDER_UPDATES)
    arms = _arms_of([one.order.pk for one in held])
    cases = []
    for one in held:
        stage = one.orchestration.current_stage
        policy, arm = policies.get(stage), arms.get((one.order.pk, stage))
        facts = _facts_of(
            one,
            hold=holds[one.order.pk][0].reason if one.order.pk in holds else None,
            consents=one.order.customer_id not in unwilling,
            arm=arm or _arm_by_hash(one, policy=policy),
        )
        cases.append(Case(held=one, policy=policy, facts=facts, is_assigned=arm is not None))
    return cases


def decide(case: Case, *, now: datetime) -> Verdict:
    """The rules' verdict about one case."""
    if case.policy is None:
        return Verdict(Action.STOP, "no-policy")
    return decide_recovery(facts=case.facts, policy=as_rule(case.policy), now=now)


def _facts_of(held: Held, *, hold: str | None, consents: bool, arm: Arm) -> Facts:
    order, checkout, customer = held.order, held.orchestration, held.order.customer
    is_waiting = checkout.stage_status == StageStatus.WAITING
    return Facts(
        position=held.position,
        is_backdated=order.is_backdated,
        last_transition_at=checkout.last_transition_at,
        waits_until=checkout.next_action_at if is_waiting else None,
        prompts_sent=checkout.prompts_sent,
        last_prompt_at=checkout.last_prompt_at,
        has_address=bool(customer and customer.email),
        consents=consents,
        hold_reason=hold,
        arm=arm,
        time_zone=known_zone(customer.time_zone) if customer else "UTC",
        spread=spread_of(order.pk),
    )


def _arms_of(order_ids: Collection[UUID]) -> dict[tuple[UUID, str], Arm]:
    assigned = among(RecoveryAssignment.objects.all(), "order_id", order_ids).values_list("order_id", "stage", "arm")
    return {(order_id, stage): Arm(arm) for order_id, stage, arm in assigned}


def _arm_by_hash(held: Held, *, policy: RecoveryPolicy | None) -> Arm:
    """By customer, so that one person is in one arm in all their orders; an order without a customer stands for itself."""
    key = str(held.order.customer_id or held.order.pk)
    return arm_of(customer_key=key, holdout_bps=policy.holdout_bps if policy else 0)
