"""Fills two months with repeats of stories that came to their end: other people on other days, the same decisions.

Playing an order takes a tenth of a second; what has been played once is told again by a few statements for each table.
"""

import json
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from django.db import connection, models
from django.db.models import F, Q
from django.utils.dateparse import parse_datetime

from analytics.sample_store.order_plan import LATELY, ORDERS_PER_DAY
from checkout.models import (
    Customer,
    Escalation,
    Orchestration,
    OrchestrationEvent,
    Order,
    OrderItem,
    OrderStateEvent,
    RecoveryArm,
    RecoveryAssignment,
    RecoveryDecision,
)
from checkout.states import OrderStatus
from onboarding.models import (
    Artifact,
    ExperimentOrder,
    ExperimentSegment,
    Interaction,
    Journey,
    JourneyEvent,
    NudgeDecision,
    SlaBreach,
    SlaTurn,
    Task,
)
from onboarding.states import Side
from smplat.bulk_rows import insert_rows
from smplat.db import transaction
from smplat.ids import new_id
from smplat.outbox.choices import AT_REST, State
from smplat.outbox.models import DeliveryLogEntry, Message

REACHES_BACK = timedelta(days=60)
# Numbers that are left free for repeats, below those of the orders that are played.
ROOM = 600
# Stories as old as this have come to their end, whichever: among younger ones those that end early are too many.
FAIR_AGE = timedelta(days=7)
# Other people do the same at about the same hour.
STRAY = timedelta(minutes=30)
# Every table that tells of an order, with the way from its rows to the order.
TOLD_BY: Sequence[tuple[Any, str]] = (
    (Customer, "orders"),
    (Order, "id"),
    (OrderItem, "order"),
    (OrderStateEvent, "order"),
    (Orchestration, "order"),
    (OrchestrationEvent, "orchestration__order"),
    (RecoveryDecision, "order"),
    (RecoveryAssignment, "order"),
    (Escalation, "order"),
    (Journey, "order"),
    (Task, "journey__order"),
    (Artifact, "journey__order"),
    (JourneyEvent, "order"),
    (Interaction, "journey__order"),
    (NudgeDecision, "journey__order"),
    (SlaTurn, "journey__order"),
    (SlaBreach, "journey__order"),
    (ExperimentSegment, "order"),
    (ExperimentOrder, "order"),
)
TABLES: Sequence[type[models.Model]] = (*(model for model, _ in TOLD_BY), Message, DeliveryLogEntry)
# Ids and moments inside texts and JSON.
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)")
_NUMBER_IN_ADDRESS = re.compile(r"\d*@")

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Story:
    """All rows that tell of one order, by table."""

    placed_at: datetime
    # The last that happened in it.
    ended_at: datetime
    rows: Mapping[type[models.Model], Sequence[Row]]


@dataclass(frozen=True, slots=True)
class _Repeat:
    """One story told again: when, under which number, and by which new ids."""

    story: Story
    shift: timedelta
    number: int
    ids: Mapping[str, UUID]

    def row(self, model: type[models.Model], row: Row) -> Row:
        """The row of the repeat."""
        told = {name: self._value(value) for name, value in row.items()}
        if model is Order:
            told["order_number"] = f"SM{self.number:06d}"
        elif model is Customer:
            told["email"] = _NUMBER_IN_ADDRESS.sub(f"{self.number}@", told["email"], count=1)
        elif model is Message:
            # What it said and to whom is purged by then; its key has the id, so that it is its own.
            told |= {
                "payload": {},
                "recipient": "",
                "purged_at": told["created_at"],
                "dedupe_key": f"repeat:{told['id']}",
            }
        return told

    def _value(self, value: Any) -> Any:
        if isinstance(value, UUID):
            return self.ids.get(str(value), value)
        if isinstance(value, datetime):
            return value + self.shift
        return json.loads(self._text(json.dumps(value))) if isinstance(value, (dict, list)) else value

    def _text(self, text: str) -> str:
        text = _ID.sub(lambda found: str(self.ids.get(found[0], found[0])), text)
        return _MOMENT.sub(lambda found: (_moment(found[0]) + self.shift).isoformat(), text)


def leave_room_for_numbers() -> None:
    """In a store without orders, let their numbers begin above those of repeats."""
    if not Order.objects.exists():
        with connection.cursor() as cursor:
            cursor.execute("SELECT setval('checkout_order_number', %s)", [ROOM])


def repeat_settled(*, seed: int, until: datetime) -> int:
    """Fill the days before the last ones up to what a day has, in one transaction; returns how many orders were added."""
    chance = Random(f"{seed}:repeats")  # noqa: S311 - reproducible on purpose
    stories = read_settled(until=until)
    if not stories:
        return 0
    planned = sorted(_plan(stories, chance=chance, until=until), key=lambda one: one[0].placed_at + one[1])
    repeats = [
        _Repeat(story, shift, number, _new_ids(story))
        for number, (story, shift) in enumerate(planned, ROOM - len(planned) + 1)
    ]
    with transaction():
        for model in TABLES:
            insert_rows(
                model, [repeat.row(model, row) for repeat in repeats for row in repeat.story.rows.get(model, ())]
            )
    return len(repeats)


def read_settled(*, until: datetime) -> list[Story]:
    """The stories in which everything is done or canceled, nobody is called or held out and no message was lost."""
    quiet = Order.objects.filter(orchestration__recovery_due_at=None, created_at__lt=until - FAIR_AGE)
    # A journey that was not told yet that its order is canceled never would be, once repeated.
    is_canceled = Q(status=OrderStatus.CANCELED, journey__turn=Side.NOBODY)
    quiet = quiet.filter(Q(journey=None) | Q(journey__completed_at__isnull=False) | is_canceled)
    quiet = quiet.exclude(pk__in=Escalation.objects.filter(resolved_at=None).values("order"))
    # Few are held out: told many times, three of them would pass for a measurement.
    quiet = quiet.exclude(pk__in=RecoveryAssignment.objects.filter(arm=RecoveryArm.HOLDOUT).values("order"))
    ids = list(quiet.order_by("created_at").values_list("pk", flat=True))
    rows: dict[UUID, dict[type[models.Model], list[Row]]] = defaultdict(dict)
    for model, way in TOLD_BY:
        for row in model.objects.filter(**{f"{way}__in": ids}).order_by("pk").annotate(told_of=F(way)).values():
            rows[row.pop("told_of")].setdefault(model, []).append(_without_automatic(row))
    _add_messages(rows)
    stories = [Story(told[Order][0]["created_at"], _last_moment(told), told) for told in rows.values()]
    return [story for story in stories if story.ended_at < until and not _lost(story)]


def _add_messages(rows: Mapping[UUID, dict[type[models.Model], list[Row]]]) -> None:
    """The messages that the decisions of each story sent, with their log."""
    sent = {
        order_id: {
            row["message_id"]
            for model in (RecoveryDecision, NudgeDecision)
            for row in told.get(model, ())
            if row["message_id"]
        }
        for order_id, told in rows.items()
    }
    wanted = set().union(*sent.values())
    messages: dict[UUID, Any] = {
        row["id"]: row for row in Message.objects.filter(pk__in=wanted, state__in=AT_REST).values()
    }
    logs: dict[UUID, list[Row]] = defaultdict(list)
    log: Any = DeliveryLogEntry.objects.filter(message__in=messages).order_by("pk").values()
    for row in log:
        logs[row["message_id"]].append(_without_automatic(row))
    for order_id, ids in sent.items():
        known = sorted(ids & messages.keys())
        rows[order_id][Message] = [messages[one] for one in known]
        rows[order_id][DeliveryLogEntry] = [row for one in known for row in logs[one]]


def _plan(stories: Sequence[Story], *, chance: Random, until: datetime) -> list[tuple[Story, timedelta]]:
    """Which story is told again on which day: so that every day before the last ones has about as many orders."""
    have = Counter(placed.date() for placed in Order.objects.values_list("created_at", flat=True))
    planned: list[tuple[Story, timedelta]] = []
    for back in range(LATELY.days, REACHES_BACK.days + 1):
        day = (until - timedelta(days=back)).date()
        shifts = [(story, timedelta(days=(day - story.placed_at.date()).days)) for story in stories]
        # What took longer than there is time has not come to its end by now.
        fitting = [(story, shift) for story, shift in shifts if story.ended_at + shift + STRAY < until]
        missing = round(chance.gauss(ORDERS_PER_DAY, ORDERS_PER_DAY**0.5)) - have[day]
        if fitting and missing > 0:
            told = chance.choices(fitting, k=missing)
            planned += [(story, shift + STRAY * chance.uniform(-1, 1)) for story, shift in told]
    return planned


def _new_ids(story: Story) -> dict[str, UUID]:
    """Ids grow with time: the new ones in the order of the old."""
    old = sorted(row["id"] for rows in story.rows.values() for row in rows if isinstance(row.get("id"), UUID))
    return {str(one): new_id() for one in old}


def _without_automatic(row: Row) -> Row:
    """Without what the database gives by itself."""
    is_counted = isinstance(row.get("id"), int)
    return {name: value for name, value in row.items() if name != "committed_in" and not (is_counted and name == "id")}


def _lost(story: Story) -> bool:
    """A message that died calls for a person until somebody sees to it."""
    return any(row["state"] == State.DEAD for row in story.rows[Message])


def _last_moment(told: Mapping[type[models.Model], Sequence[Row]]) -> datetime:
    """Due times lie ahead of what happens."""
    return max(
        value
        for rows in told.values()
        for row in rows
        for name, value in row.items()
        if isinstance(value, datetime) and name not in {"due_at", "next_due_at", "deadline_at", "next_action_at"}
    )


def _moment(text: str) -> datetime:
    found = parse_datetime(text)
    assert found is not None
    return found
