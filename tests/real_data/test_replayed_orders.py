"""Real orders through the real door: every end state, amount, wait and journey as the files say, whatever the order of arrival.

Web processes answer and relays deliver, as in a deployment. What to expect comes from the files by code of its own
(olist_totals), not from the adapter that makes the requests. SMPLAT_REPLAY_LIMIT bounds the number of orders; 0 plays them all.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from smplat.outbox.models import Message
from tests.faults.processes import eventually, running, web_server
from tests.real_data import olist_totals
from tests.real_data.olist_answers import answered_totals, ends_of_journeys, ends_of_orders, totals_of_items
from tests.real_data.olist_totals import Totals
from tests.replay.olist import OLIST, Purchase, Request, in_time, list_purchases, price_of
from tests.replay.order_player import HOURS_FOR_INTAKE, Played, Storefront, disturb, issue_key, publish_checklist, stock

# As many as play in about a minute on two cores that nobody else keeps busy.
DEFAULT_LIMIT = 400
LIMIT = int(os.environ.get("SMPLAT_REPLAY_LIMIT", DEFAULT_LIMIT))
# Of each odd kind this many belong to every sample.
OF_EACH_KIND = 8
SEED = 7

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not OLIST.is_dir(), reason=f"the public data sets are not in {OLIST.parent}"),
    # More than the default takes as long as it takes.
    pytest.mark.timeout(1800 if 0 < LIMIT <= DEFAULT_LIMIT else 0),
]
PROCESSES = 2
# Relays that deliver nothing for so long have stopped.
STANDSTILL_SECONDS = 120.0


def odd_kinds(purchase: Purchase) -> Iterator[str]:
    """What is odd about an order; docs/replay.md says what becomes of each."""
    row, parts, items = purchase.row, purchase.payments, purchase.items
    approved, carrier, customer = (
        row[name] for name in ("order_approved_at", "order_delivered_carrier_date", "order_delivered_customer_date")
    )
    paid, stated = sum(Decimal(part["payment_value"]) for part in parts), sum(map(price_of, items))
    sellers = {item["seller_id"] for item in items}
    numbers = [int(part["payment_sequential"]) for part in parts]
    kinds = {
        "no payment": not parts,
        "no items": not items,
        "parts do not add up": bool(parts and items) and abs(paid - stated) > 1,
        "a part of zero": any(Decimal(part["payment_value"]) == 0 for part in parts),
        "a part is missing": numbers != list(range(1, len(parts) + 1)),
        "many parts": len(parts) > 9,
        "handed over before approval": bool(approved and carrier) and carrier < approved,
        "delivered before approval": bool(approved and customer) and customer < approved,
        "delivered before hand-over": bool(carrier and customer) and customer < carrier,
        "delivered, never approved": row["order_status"] == "delivered" and not approved,
        "canceled, never approved": row["order_status"] == "canceled" and not approved,
        "canceled after hand-over": row["order_status"] == "canceled" and bool(carrier),
        "no customer": not purchase.customer,
        "several sellers": len(sellers) > 1,
        row["order_status"]: row["order_status"] != "delivered",
    }
    return (kind for kind, applies in kinds.items() if applies)


def sample() -> list[Purchase]:
    """The first of each odd kind, and of the others every so many-th; all of them without a limit."""
    purchases = list_purchases()
    if not LIMIT:
        return purchases
    chosen: dict[str, Purchase] = {}
    counts: dict[str, int] = {}
    for purchase in purchases:
        for kind in odd_kinds(purchase):
            counts[kind] = counts.get(kind, 0) + 1
            if counts[kind] <= OF_EACH_KIND:
                chosen[purchase.reference] = purchase
    step = max(1, len(purchases) // max(1, LIMIT - len(chosen)))
    chosen |= {purchase.reference: purchase for purchase in purchases[::step]}
    return list(chosen.values())


@dataclass(frozen=True)
class Replay:
    """What one replay did and left behind."""

    played: Played
    totals: Totals
    ends: dict[str, tuple[Any, ...]]
    journeys: dict[str, tuple[Any, ...]]
    messages: int


@dataclass(frozen=True)
class Replays:
    """The same orders twice, each time into a fresh database."""

    purchases: list[Purchase]
    as_it_happened: Replay
    disturbed: Replay


@pytest.fixture(scope="module")
def replays(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Replays:
    purchases = sample()
    requests = in_time(purchases)
    logs = tmp_path_factory.mktemp("replay")
    store = {"CURRENCIES": "EUR,BRL", "THROTTLE_SECRET_PER_MINUTE": "100000000", "LOG_LEVEL": "WARNING"}
    relay = [sys.executable, "manage.py", "relay_outbox", "--channel", "event"]
    with django_db_blocker.unblock(), ExitStack() as processes:
        web = processes.enter_context(web_server(logs, workers=PROCESSES, **store))
        for number in range(PROCESSES):
            processes.enter_context(running(relay, logs / f"relay-{number}.log", **store))
        first = _replay(web.url, purchases, requests, races=False)
        second = _replay(web.url, purchases, disturb(requests, seed=SEED), races=True)
    return Replays(purchases, first, second)


def _replay(url: str, purchases: list[Purchase], requests: list[Request], *, races: bool) -> Replay:
    stock(purchases)
    publish_checklist()
    played = Storefront(url, issue_key()).play(requests, title="orders", races=races)
    _wait_for_relays()
    call_command("check_journeys", stdout=StringIO())
    replay = Replay(
        played,
        answered_totals(),
        ends_of_orders(),
        ends_of_journeys(),
        Message.objects.exclude(channel="event").count(),
    )
    call_command("flush", verbosity=0, interactive=False)
    return replay


def _wait_for_relays() -> None:
    """Until every message between domains is delivered."""
    undelivered = Message.objects.undelivered()
    while left := undelivered.count():
        assert eventually(lambda before=left: undelivered.count() < before, seconds=STANDSTILL_SECONDS), left
    assert not Message.objects.exclude(state="delivered").exists()


def of_kind(replays: Replays, kind: str) -> list[Purchase]:
    found = [purchase for purchase in replays.purchases if kind in odd_kinds(purchase)]
    if not found:
        pytest.skip(f"no order of this set is odd like that: {kind}")
    return found


def statuses(replays: Replays, kind: str) -> set[tuple[str, str, str]]:
    ends = [replays.as_it_happened.ends[purchase.reference] for purchase in of_kind(replays, kind)]
    return {(end[0][0], end[1][0], end[1][1]) for end in ends}


def test_states_amounts_lateness_and_waits_are_those_of_the_files(replays):
    chosen = {purchase.reference for purchase in replays.purchases}
    assert replays.as_it_happened.totals == olist_totals.compute(OLIST, chosen)


def test_disturbed_and_repeated_the_same_orders_end_alike(replays):
    assert replays.disturbed.ends == replays.as_it_happened.ends
    assert replays.disturbed.journeys == replays.as_it_happened.journeys
    assert replays.disturbed.totals == replays.as_it_happened.totals


def test_nothing_is_left_that_no_repetition_would_place(replays):
    assert (replays.as_it_happened.played.left, replays.disturbed.played.left) == ([], [])


def test_told_as_it_happened_only_what_outran_its_approval_had_to_be_sent_again(replays):
    outran = {
        purchase.reference
        for purchase in replays.purchases
        if {"handed over before approval", "delivered before approval"} & set(odd_kinds(purchase))
    }
    assert replays.as_it_happened.played.too_early == outran


def test_nobody_is_prompted_about_the_past(replays):
    assert (replays.as_it_happened.messages, replays.disturbed.messages) == (0, 0)


def test_every_paid_order_has_a_journey_with_its_due_times_and_no_other_has_one(replays):
    begun = {purchase.reference: purchase.approved_at for purchase in replays.purchases if purchase.approved_at}
    assert {reference: end[0] for reference, end in replays.as_it_happened.journeys.items()} == begun
    for started_at, *_, tasks in replays.as_it_happened.journeys.values():
        due_at = started_at + timedelta(hours=HOURS_FOR_INTAKE)
        assert tasks == [("intake", "pending", due_at), ("hand-over", "completed", None)]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("no payment", {("completed", "completed", "completed")}),
        ("handed over before approval", {("completed", "completed", "completed")}),
        ("delivered before hand-over", {("completed", "completed", "completed")}),
        ("delivered, never approved", {("completed", "completed", "completed")}),
        ("canceled, never approved", {("canceled", "payment", "in_progress")}),
        ("canceled after hand-over", {("canceled", "fulfillment", "in_progress")}),
        ("unavailable", {("active", "fulfillment", "failed")}),
    ],
)
def test_each_odd_kind_ends_where_docs_replay_says(replays, kind, expected):
    assert statuses(replays, kind) == expected


def test_an_order_whose_parts_do_not_add_up_costs_what_was_paid_and_says_so(replays):
    for purchase in of_kind(replays, "parts do not add up"):
        ends = replays.as_it_happened.ends
        assert totals_of_items(ends, purchase.reference) == (purchase.total, purchase.total)
        assert "payments-differ" in str(ends[purchase.reference][4])


def test_an_order_without_items_holds_one_line_of_what_was_paid(replays):
    for purchase in of_kind(replays, "no items"):
        ((_, amount, attributes),) = replays.as_it_happened.ends[purchase.reference][4]
        assert (amount, attributes) == (purchase.total, "{'odd': 'no-items'}")


def test_every_part_of_an_order_is_kept_however_many_and_however_they_are_numbered(replays):
    for kind in ("many parts", "a part is missing", "a part of zero"):
        for purchase in of_kind(replays, kind):
            events = replays.as_it_happened.ends[purchase.reference][5]
            assert sum("amount" in payload for _, _, _, payload, _ in events) == len(purchase.payments)


def test_an_order_without_a_customer_belongs_to_nobody(replays):
    for purchase in of_kind(replays, "no customer"):
        assert replays.as_it_happened.ends[purchase.reference][0][2] is None
