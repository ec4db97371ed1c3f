"""Very many stalled checkouts, each of a customer of its own, written by SQL; for fault tests and benchmarks."""

from collections.abc import Callable
from typing import Any

# Every order stalled two days ago in its payment stage; one provider delivers them all.
STATEMENTS = (
    """
    INSERT INTO guardrails_provider (id, name, is_paused, created_at) VALUES ('prov-many', 'Acme', false, now())
    """,
    """
    INSERT INTO merchandising_product (id, slug, title, category, base_price, currency, status, channels,
        provider_id, created_at, updated_at)
    VALUES (gen_random_uuid(), 'many', 'Many', 'many', 10, 'EUR', 'active', '{}', 'prov-many', now(), now())
    """,
    """
    INSERT INTO checkout_customer (id, email, name, locale, time_zone, created_at)
    SELECT gen_random_uuid(), 'customer-' || n || '@example.test', 'Customer ' || n, 'de-DE', 'UTC', now()
    FROM generate_series(1, %(rows)s) AS n
    """,
    """
    INSERT INTO checkout_order (id, order_number, customer_id, status, source, subtotal, tax, total, currency, notes,
        is_backdated, created_at, updated_at)
    SELECT gen_random_uuid(), 'MANY' || substr(email, 10, 8), id, 'pending', 'checkout', 10, 0, 10, 'EUR', '', false,
        now() - interval '2 days', now() - interval '2 days'
    FROM checkout_customer WHERE email LIKE 'customer-%%'
    """,
    """
    INSERT INTO checkout_orderitem (id, order_id, position, product_id, product_slug, product_title, provider_id, quantity,
        unit_price, total_price)
    SELECT gen_random_uuid(), placed.id, 0, product.id, 'many', 'Many', 'prov-many', 1, 10, 10
    FROM checkout_order AS placed, merchandising_product AS product
    WHERE placed.order_number LIKE 'MANY%%' AND product.slug = 'many'
    """,
    """
    INSERT INTO checkout_orchestration (id, order_id, current_stage, stage_status, metadata, stage_entered_at,
        last_transition_at, recovery_due_at, prompts_sent, created_at, updated_at)
    SELECT gen_random_uuid(), id, 'payment', 'not_started', '{}', created_at, created_at,
        created_at + interval '90 minutes', 0, created_at, created_at
    FROM checkout_order WHERE order_number LIKE 'MANY%%'
    """,
    # Nobody is held out and no hour is quiet: each is prompted, whenever this runs.
    """
    UPDATE checkout_recoverypolicy SET holdout_bps = 0, quiet_from = '00:00', quiet_until = '00:00'
    WHERE stage = 'payment'
    """,
    "ANALYZE checkout_order, checkout_orchestration, checkout_customer, checkout_orderitem",
)
# Orders by their number of prompts: exactly once is {1: rows}.
PROMPTS = """
SELECT count(message.id) AS prompts, count(DISTINCT placed.id) AS orders FROM checkout_order AS placed
LEFT JOIN outbox_message AS message
    ON message.topic = 'checkout.recovery.prompt' AND message.payload ->> 'order_id' = placed.id::text
WHERE placed.order_number LIKE 'MANY%%' GROUP BY placed.id
"""


def fill(execute: Callable[[str, dict[str, Any]], object], *, rows: int) -> None:
    """Write them; `execute` is a cursor's or a connection's."""
    for statement in STATEMENTS:
        execute(statement, {"rows": rows})
