"""Placing orders and reporting their stages over HTTP, against the same rows by plain SQL, one transaction each."""

import json
from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

from tests.benchmarks.limits import run_pgbench, write_script
from tests.benchmarks.load import Load, median_milliseconds, post, run_load
from tests.benchmarks.report import Row, alternate, share_row
from tests.benchmarks.servers import KEY, Database, Servers, make_database, serve
from tests.checkout.many_due import fill

AT_LEAST = 0.1
# More than any machine pays within the rounds.
UNPAID = 50_000
EVENTS = "/api/v1/checkout/orchestrations/{}/events"
EVENT = json.dumps(
    {"stage": "payment", "status": "completed", "note": "card ok", "payload": {"charge": "ch_1"}}
).encode()
# What one order is: a customer, the order with one item, its checkout and the first line of its log.
PLACE = """
BEGIN;
SELECT base_price, currency, status FROM merchandising_product WHERE id = '{product}';
SELECT uuidv7() AS customer, uuidv7() AS placed, uuidv7() AS checkout, nextval('checkout_order_number') AS number \\gset
INSERT INTO checkout_customer (id, email, name, locale, time_zone, created_at)
    VALUES (:customer, 'ana@example.test', 'Ana', 'pt-BR', 'America/Sao_Paulo', now());
INSERT INTO checkout_order (id, order_number, customer_id, status, source, subtotal, tax, total, currency, notes, is_backdated,
    created_at, updated_at)
    VALUES (:placed, 'B' || :number, :customer, 'pending', 'checkout', 20, 0, 20, 'EUR', '', false, now(), now());
INSERT INTO checkout_orderitem (id, order_id, position, product_id, product_slug, product_title, quantity, unit_price,
    total_price) VALUES (uuidv7(), :placed, 0, '{product}', 'many', 'Many', 2, 10, 20);
INSERT INTO checkout_orchestration (id, order_id, current_stage, stage_status, metadata, stage_entered_at, last_transition_at,
    recovery_due_at, prompts_sent, created_at, updated_at)
    VALUES (:checkout, :placed, 'payment', 'not_started', '{{}}', now(), now(), now(), 0, now(), now());
INSERT INTO checkout_orchestrationevent (id, orchestration_id, stage, status, transition_note, payload, created_at)
    VALUES (uuidv7(), :checkout, 'payment', 'not_started', 'created', '{{}}', now());
COMMIT;
"""
# What a completed payment is: both rows locked, the log read, two lines of it, one of the order's, both rows changed, and
# a message to each of the two who listen.
PAY = """
\\set n random(1, {rows})
BEGIN;
SELECT placed.id AS placed, checkout.id AS checkout FROM bench_orders
    JOIN checkout_order AS placed ON placed.id = bench_orders.order_id
    JOIN checkout_orchestration AS checkout ON checkout.order_id = placed.id
    WHERE bench_orders.n = :n FOR NO KEY UPDATE OF placed, checkout \\gset
SELECT stage, status, transition_note, payload, created_at FROM checkout_orchestrationevent
    WHERE orchestration_id = :checkout ORDER BY created_at, id;
INSERT INTO checkout_orchestrationevent (id, orchestration_id, stage, status, transition_note, payload, created_at)
    VALUES (uuidv7(), :checkout, 'payment', 'completed', 'card ok', '{{"charge": "ch_1"}}', now()),
        (uuidv7(), :checkout, 'verification', 'not_started', 'entered', '{{}}', now());
INSERT INTO checkout_orderstateevent (id, order_id, event_type, actor_type, actor_id, actor_label, from_status, to_status, notes,
    created_at) VALUES (uuidv7(), :placed, 'state_change', 'system', '', '', 'pending', 'processing', 'card ok', now());
UPDATE checkout_orchestration SET current_stage = 'verification', stage_entered_at = now(), last_transition_at = now(),
    recovery_due_at = now(), updated_at = now() WHERE id = :checkout;
UPDATE checkout_order SET status = 'processing', updated_at = now() WHERE id = :placed;
INSERT INTO outbox_message (id, topic, channel, recipient, category, payload, dedupe_key, state, due_at, attempts,
    attempts_forgiven, last_error, suppressed_because, created_at)
    SELECT uuidv7(), topic, 'event', 'bench', '', '{{"order_id": "01a2"}}', uuidv7()::text, 'pending', now(), 0, 0, '', '', now()
    FROM (VALUES ('bench.moved'), ('bench.paid')) AS told (topic);
COMMIT;
"""


def measure(servers: Servers, *, rounds: int, seconds: float, clients: int) -> list[Row]:
    database = make_database(servers, "bench_orders")
    with database.connect() as connection:
        fill(connection.execute, rows=UNPAID)
        connection.execute(
            "CREATE TABLE bench_orders AS SELECT row_number() OVER () AS n, id AS order_id FROM checkout_order"
        )
        connection.execute("ALTER TABLE bench_orders ADD PRIMARY KEY (n)")
        ((product,),) = connection.execute("SELECT id FROM merchandising_product").fetchall()
        orders = [str(order_id) for (order_id,) in connection.execute("SELECT id FROM checkout_order").fetchall()]
    place, pay = (
        write_script(name, text.format(product=product, rows=UNPAID)) for name, text in (("place", PLACE), ("pay", PAY))
    )
    unpaid = iter(orders)
    with serve(database) as port:
        placing = lambda: _place_request(str(product), port=port)  # noqa: E731
        paying = lambda: post(EVENTS.format(next(unpaid)), EVENT, port=port, key=KEY)  # noqa: E731
        run_load(port=port, next_request=placing, connections=clients, seconds=1)
        return [
            _row(f"order, {clients} clients", "orders/s", placing, place, database, port, rounds, seconds, clients),
            _row(f"stage event, {clients} clients", "events/s", paying, pay, database, port, rounds, seconds, clients),
        ]


def _row(  # noqa: PLR0917 - the parts of one measurement
    name: str,
    unit: str,
    next_request: Callable[[], bytes],
    script: Path,
    database: Database,
    port: int,
    rounds: int,
    seconds: float,
    clients: int,
) -> Row:
    loads: list[Load] = []

    def through_http() -> float:
        load = run_load(port=port, next_request=next_request, connections=clients, seconds=seconds)
        if not set(load.statuses) <= {200, 201}:
            raise SystemExit(f"Unexpected answers: {load.statuses}")
        loads.append(load)
        return load.requests / load.seconds

    ours, limit = alternate(
        rounds, through_http, lambda: run_pgbench(database, script, clients=clients, seconds=seconds)
    )
    return share_row(
        name,
        ours=ours,
        limit=limit,
        unit=unit,
        limit_is="pgbench, the same rows",
        at_least=AT_LEAST,
        details={f"p{round(share * 100)} ms": median_milliseconds(loads, share) for share in (0.5, 0.99)},
    )


def _place_request(product: str, *, port: int) -> bytes:
    """An order of a customer that nobody knows yet."""
    item = {"product_id": product, "product_title": "Many", "quantity": 2, "unit_price": 10, "total_price": 20}
    customer = {"email": "ana@example.test", "name": "Ana", "locale": "pt-BR", "timeZone": "America/Sao_Paulo"}
    body = {"items": [item], "currency": "EUR", "user_id": str(uuid4()), "customer": customer}
    return post("/api/v1/orders", json.dumps(body).encode(), port=port, key=KEY)
