"""Which orders stand still: what checkout.rules.recovery.stalled_at says, in SQL, for lists and sums."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Case, DateTimeField, DurationField, F, Q, QuerySet, Value, When

from checkout.models import Order, RecoveryPolicy
from checkout.states import OPEN, StageStatus


def with_stalled_at(orders: QuerySet[Order]) -> QuerySet[Any]:
    """Adds `stalled_at`: when the patience with the present stage ends or ended; null for orders at rest and backdated ones."""
    agreed = Q(orchestration__stage_status=StageStatus.WAITING, orchestration__next_action_at__isnull=False)
    return orders.annotate(
        stalled_at=Case(
            When(~Q(status__in=OPEN) | Q(is_backdated=True), then=Value(None)),
            When(agreed, then=F("orchestration__next_action_at")),
            default=F("orchestration__last_transition_at") + _patience(),
            output_field=DateTimeField(),
        )
    )


def list_stalled(orders: QuerySet[Order], *, before: datetime) -> QuerySet[Any]:
    """Those of the orders that stalled before a moment."""
    # Said once more for the indexes of what is open, which are small however many orders are over.
    still_open = orders.filter(status__in=OPEN, orchestration__completed_at__isnull=True, orchestration__isnull=False)
    return with_stalled_at(still_open).filter(stalled_at__lte=before)


def _patience() -> Case:
    stages = RecoveryPolicy.objects.values_list("stage", "stall_after_minutes")
    lengths = [
        When(orchestration__current_stage=stage, then=Value(timedelta(minutes=minutes))) for stage, minutes in stages
    ]
    return Case(*lengths, output_field=DurationField())
