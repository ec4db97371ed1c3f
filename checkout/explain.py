"""Why an order was prompted or not: the facts of this moment, the verdict they give, and what was decided before."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q

from checkout.cases import decide, read_cases
from checkout.errors import OrderNotFound
from checkout.models import Orchestration, RecoveryDecision
from checkout.positions import Held
from checkout.rules.recovery import Facts, Verdict
from checkout.timetable import SWEEP
from smplat.operations.models import SetAside
from smplat.operations.set_aside import find_set_aside

LATEST = 10


@dataclass(frozen=True)
class Explanation:
    """All that is to say about one order's recovery; `decisions` are the latest, newest first."""

    order_number: str
    stage: str
    facts: Facts
    verdict: Verdict
    due_at: datetime | None
    is_due: bool
    # An error keeps the sweep from deciding about it.
    set_aside: SetAside | None
    decisions: tuple[RecoveryDecision, ...]


def explain_order(order: str, *, now: datetime) -> Explanation:
    """Explain an order, by number or id. Reads only.

    Raises:
        OrderNotFound: there is no such order, or nothing was ever written down about its checkout.
    """
    wanted = Q(order__order_number=order)
    with suppress(ValueError):
        wanted |= Q(order_id=UUID(order))
    checkout = Orchestration.objects.filter(wanted).select_related("order__customer").first()
    if checkout is None:
        raise OrderNotFound
    (case,) = read_cases([Held(checkout.order, checkout)], now=now)
    decisions = RecoveryDecision.objects.filter(order=checkout.order).order_by("-decided_at", "-id")
    return Explanation(
        order_number=checkout.order.order_number,
        stage=checkout.current_stage,
        facts=case.facts,
        verdict=decide(case, now=now),
        due_at=checkout.recovery_due_at,
        is_due=checkout.recovery_due_at is not None and checkout.recovery_due_at <= now,
        set_aside=find_set_aside(checkout.pk, sweep=SWEEP, now=now),
        decisions=tuple(decisions[:LATEST]),
    )
