"""What recovery brought: completions after a prompt, and the lift of the prompted arm over the held-out one.

The definitions, which the page repeats:

- A checkout is *assigned* to an arm when a sweep first finds it due in a stage and its customer can be reached, in both arms
  alike. Whom no prompt can reach is handed to a person in either arm and compared in neither.
- It *completed* when that stage was recorded as completed within the window after the assignment. Assignments whose
  window is not over yet are counted apart and enter no rate.
- It completed *after a prompt* when a prompt of that stage was decided between the assignment and the completion.
- The lift compares customers, because the hash puts a customer into an arm with all their orders: each counts once, with
  their first assignment in the stage under the version of the policy; an order without a customer stands for itself.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import connection

from checkout.models import RecoveryArm
from checkout.rules.lift import ArmResult, Lift, lift_of
from checkout.states import STAGES, Stage

# Each assignment of the period with the order's money, when its stage completed within the window, and whether a prompt
# came before that. Both look-ups are one index range for an assignment: events_of_checkout_oldest, decisions_of_order_newest.
ASSIGNED = """
WITH assigned AS MATERIALIZED (
    SELECT
        assignment.stage, assignment.policy_version, assignment.arm, placed.currency, placed.total,
        assignment.assigned_at + make_interval(secs => %(window)s) <= %(now)s AS is_ripe,
        done.at IS NOT NULL AS is_completed,
        done.at IS NOT NULL AND EXISTS (
            SELECT FROM checkout_recoverydecision AS decision
            WHERE decision.order_id = assignment.order_id AND decision.stage = assignment.stage
                AND decision.action = 'prompt' AND decision.decided_at BETWEEN assignment.assigned_at AND done.at
        ) AS is_after_prompt,
        row_number() OVER (
            PARTITION BY assignment.stage, assignment.policy_version, COALESCE(placed.customer_id, placed.id)
            ORDER BY assignment.assigned_at, assignment.id
        ) = 1 AS is_first_of_customer
    FROM checkout_recoveryassignment AS assignment
    JOIN checkout_order AS placed ON placed.id = assignment.order_id
    JOIN checkout_orchestration AS checkout ON checkout.order_id = assignment.order_id
    LEFT JOIN LATERAL (
        SELECT min(event.created_at) AS at FROM checkout_orchestrationevent AS event
        WHERE event.orchestration_id = checkout.id AND event.stage = assignment.stage AND event.status = 'completed'
            AND event.created_at BETWEEN assignment.assigned_at AND assignment.assigned_at + make_interval(secs => %(window)s)
    ) AS done ON TRUE
    WHERE assignment.assigned_at >= %(since)s AND assignment.assigned_at < %(until)s
)
SELECT stage, policy_version, arm, currency,
    count(*) FILTER (WHERE is_ripe), count(*) FILTER (WHERE NOT is_ripe),
    count(*) FILTER (WHERE is_ripe AND is_completed),
    count(*) FILTER (WHERE is_ripe AND is_after_prompt),
    COALESCE(sum(total) FILTER (WHERE is_ripe AND is_after_prompt), 0),
    count(*) FILTER (WHERE is_ripe AND is_first_of_customer),
    count(*) FILTER (WHERE is_ripe AND is_first_of_customer AND is_completed)
FROM assigned
GROUP BY stage, policy_version, arm, currency
ORDER BY currency
"""


@dataclass
class ArmFigures:
    """One arm of one stage under one version of its policy."""

    # Checkouts whose window is over, and those still in it.
    assigned: int = 0
    unripe: int = 0
    completed: int = 0
    # Different customers, by their first checkout, and how many of those completed: what the lift is computed from.
    customers: int = 0
    customers_completed: int = 0

    @property
    def result(self) -> ArmResult:
        """As the rule of the lift reads it."""
        return ArmResult(self.customers, self.customers_completed)


@dataclass
class PolicyResult:
    """What one version of one stage's policy brought."""

    stage: Stage
    policy_version: int
    prompted: ArmFigures = field(default_factory=ArmFigures)
    holdout: ArmFigures = field(default_factory=ArmFigures)
    completed_after_prompt: int = 0
    # Of those, by currency; never added up.
    money_after_prompt: dict[str, Decimal] = field(default_factory=dict)

    @property
    def lift(self) -> Lift | None:
        """Prompted minus held out, with its interval; None when there is not enough data."""
        return lift_of(prompted=self.prompted.result, holdout=self.holdout.result)

    @property
    def smaller_arm(self) -> int:
        """Customers in the smaller arm: what is missing when there is not enough data."""
        return min(self.prompted.customers, self.holdout.customers)

    @property
    def unripe(self) -> int:
        """Checkouts that are still within their window."""
        return self.prompted.unripe + self.holdout.unripe


def list_recovery_results(*, since: datetime, until: datetime, window: timedelta, now: datetime) -> list[PolicyResult]:
    """Results of the assignments from `since` until before `until`, by stage and policy version, the newest version first.

    See the module for what is counted (index assignments_by_time).
    """
    found: dict[tuple[Stage, int], PolicyResult] = {}
    with connection.cursor() as cursor:
        cursor.execute(ASSIGNED, {"since": since, "until": until, "window": window.total_seconds(), "now": now})
        for stage, version, arm, currency, *figures in cursor.fetchall():
            result = found.setdefault((Stage(stage), version), PolicyResult(Stage(stage), version))
            _add(result, arm=arm, currency=currency, figures=figures)
    return sorted(found.values(), key=lambda one: (STAGES.index(one.stage), -one.policy_version))


def _add(result: PolicyResult, *, arm: str, currency: str, figures: list[int]) -> None:
    assigned, unripe, completed, after_prompt, money, customers, customers_completed = figures
    into = result.holdout if arm == RecoveryArm.HOLDOUT else result.prompted
    into.assigned += assigned
    into.unripe += unripe
    into.completed += completed
    into.customers += customers
    into.customers_completed += customers_completed
    result.completed_after_prompt += after_prompt
    if after_prompt:
        result.money_after_prompt[currency] = result.money_after_prompt.get(currency, Decimal(0)) + money
