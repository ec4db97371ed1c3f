"""A made-up order for runbook steps: placed, made to stall and swept for real, inside a rehearsal that keeps nothing."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

from checkout.actions.create_order import NewItem, NewOrder, create_order
from checkout.actions.record_stage_event import StageReport, record_stage_event
from checkout.actions.sweep_checkouts import sweep_checkouts
from checkout.customers import CustomerDetails
from checkout.models import Orchestration, Order, RecoveryDecision, RecoveryPolicy
from checkout.prompts import TOPIC
from checkout.rules.holdout import Arm, arm_of
from checkout.rules.position import Step
from checkout.rules.prices import Line
from checkout.states import Stage, StageStatus
from guardrails.models import Provider
from merchandising.models import Product, ProductStatus
from smplat.db import is_rehearsing
from smplat.ids import new_id
from smplat.outbox.models import Message

PROVIDER = "rehearsal"
ADDRESS = "rehearsal@mail.example"
PRICE = Decimal("149.00")
# Ten thousand draws find somebody in an arm of a hundredth of a percent more often than not.
DRAWS = 10_000
# What is due since then is swept before anything real.
LONG_AGO = timedelta(days=10_000)


class NotRehearsing(RuntimeError):
    """Made-up orders are made inside smplat.db.rehearsal() only."""


@dataclass(frozen=True)
class Rehearsed:
    """A made-up order, and the moment at which its stage is due for the first time."""

    order: Order
    due_at: datetime

    @property
    def prompts(self) -> list[Message]:
        """The messages written to its customer."""
        return list(Message.objects.filter(topic=TOPIC, payload__order_id=str(self.order.pk)).order_by("created_at"))


def stalled_payment(
    *, now: datetime, time_zone: str = "UTC", arm: Arm = Arm.PROMPTED, email: str = ADDRESS
) -> Rehearsed | None:
    """An order whose payment began and stopped, due at the last noon; None when the policy puts nobody into this arm."""
    policy = RecoveryPolicy.objects.get(stage=Stage.PAYMENT)
    customer_id = _somebody(arm=arm, holdout_bps=policy.holdout_bps)
    if customer_id is None:
        return None
    due_at = midday_before(now)
    placed_at = due_at - timedelta(minutes=policy.stall_after_minutes + policy.first_delay_minutes)
    details = CustomerDetails(email=email, name="Rehearsal", locale="en-GB", time_zone=time_zone)
    order = place(placed_at=placed_at, customer_id=customer_id, details=details)
    tell(order, Stage.PAYMENT, StageStatus.IN_PROGRESS, at=placed_at)
    return Rehearsed(order, due_at)


def place(*, placed_at: datetime, customer_id: UUID, details: CustomerDetails) -> Order:
    """Place an order for a made-up product of a made-up provider."""
    if not is_rehearsing():
        raise NotRehearsing
    provider, _ = Provider.objects.get_or_create(pk=PROVIDER, defaults={"name": PROVIDER, "created_at": placed_at})
    product = Product.objects.create(
        slug=f"{PROVIDER}-{uuid4()}",
        title="Rehearsal",
        category=PROVIDER,
        base_price=PRICE,
        currency="EUR",
        status=ProductStatus.ACTIVE,
        provider=provider,
        created_at=placed_at,
        updated_at=placed_at,
    )
    item = NewItem(Line(product.pk, 1, PRICE, PRICE), product.title)
    new = NewOrder(items=(item,), currency="EUR", user_id=customer_id, customer=details)
    created = create_order(new=new, may_override_price=False, placed_at=placed_at, now=placed_at)
    return created.order


def tell(order: Order, stage: Stage, status: StageStatus, *, at: datetime) -> None:
    """Report a stage as the storefront does."""
    report = StageReport(Step(stage, status), "", {}, None, {}, at)
    record_stage_event(order_id=order.pk, report=report, now=at)


def sweep_alone(order: Order, *, at: datetime) -> RecoveryDecision | None:
    """Let a real sweep decide about this order and no other; None when nothing was decided.

    A checkout that is due is put before everything real for the claim, which takes the oldest first.
    """
    if not is_rehearsing():
        raise NotRehearsing
    due = Orchestration.objects.filter(order=order, recovery_due_at__lte=at)
    if due.update(recovery_due_at=at - LONG_AGO):
        sweep_checkouts(sweep_id=new_id(), limit=1, now=at)
    return RecoveryDecision.objects.filter(order=order, decided_at=at).first()


def midday_before(now: datetime) -> datetime:
    """The last noon that has passed, in UTC: the middle of the day for a customer who lives there."""
    noon = now.replace(hour=12, minute=0, second=0, microsecond=0)
    return noon if noon <= now else noon - timedelta(days=1)


def _somebody(*, arm: Arm, holdout_bps: int) -> UUID | None:
    """An id that the hash puts into this arm."""
    candidates = (uuid4() for _ in range(DRAWS))
    return next((one for one in candidates if arm_of(customer_key=str(one), holdout_bps=holdout_bps) is arm), None)
