"""Escalations that nobody took before their deadline are called again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from checkout.escalations import call_again
from checkout.models import Escalation
from checkout.timetable import CALL_AGAIN
from smplat.bulk_rows import among
from smplat.db import transaction
from smplat.operations.set_aside import Subject, decide_all, not_set_aside


@dataclass(frozen=True)
class Called:
    """What became of one batch; empty when nothing was late."""

    called: int = 0
    # Escalations that an error kept it from calling again.
    set_aside: int = 0


@dataclass(frozen=True)
class LateCall:
    """An escalation past its deadline, by its names alone: a value that cannot be read must not spoil the others."""

    id: UUID
    order_id: UUID
    order_number: str

    @property
    def subjects(self) -> tuple[Subject]:
        """As what waits aside names it."""
        return (Subject(self.id, self.order_number, ("admin:checkout_order_change", self.order_id)),)


def call_escalations_again(*, limit: int, now: datetime) -> Called:
    """Call one batch anew, each with a new deadline. Two at once never call the same one twice.

    One that cannot be called is set aside and keeps no other from being called.

    Emits `checkout.escalation` where the stage's policy names a channel.
    """
    with transaction():
        late = _claim_late(limit=limit, now=now)

        def call_part(part: Sequence[LateCall]) -> int:
            held = among(Escalation.objects.select_related("order"), "id", [one.id for one in part])
            call_again(list(held.order_by("deadline_at", "id")), now=now)
            return len(part)

        found = decide_all(call_part, items=late, sweep=CALL_AGAIN, now=now)
        return Called(sum(found.results), set_aside=len(found.broken))


def _claim_late(*, limit: int, now: datetime) -> list[LateCall]:
    """Lock what is late, and nothing else: orders go on moving."""
    waiting = Escalation.objects.filter(acknowledged_at__isnull=True, resolved_at__isnull=True, deadline_at__lte=now)
    late = not_set_aside(waiting, sweep=CALL_AGAIN, now=now).order_by("deadline_at", "id")
    ids = list(late.select_for_update(skip_locked=True, no_key=True).values_list("id", flat=True)[:limit])
    named = among(Escalation.objects.order_by("deadline_at", "id"), "id", ids)
    return [LateCall(*names) for names in named.values_list("id", "order_id", "order__order_number")]
