"""Very many orders of 400 days with their checkouts, and open journeys, written by SQL for the console's pages."""

from psycopg import Connection

from tests.onboarding.many_due import fill as fill_journeys

JOURNEYS = 100_000
_STATEMENTS = (
    """
    INSERT INTO guardrails_provider (id, name, is_paused, created_at) VALUES ('prov-bench', 'Acme', false, now())
    """,
    """
    INSERT INTO merchandising_product (id, slug, title, category, base_price, currency, status, channels,
        provider_id, created_at, updated_at)
    VALUES (gen_random_uuid(), 'bench', 'Bench', 'bench', 10, 'EUR', 'active', '{}', 'prov-bench', now(), now())
    """,
    # Nineteen in twenty are over, as in a store that has been open for a year.
    """
    CREATE TEMPORARY TABLE placed AS
    SELECT n, gen_random_uuid() AS id, gen_random_uuid() AS customer_id,
        CASE WHEN n %% 50 = 7 THEN 'canceled' WHEN n %% 20 > 0 THEN 'completed'
            ELSE (ARRAY['pending', 'pending', 'processing', 'active', 'on_hold'])[1 + n / 20 %% 5] END AS status,
        now() - n * interval '400 days' / %(orders)s AS at, 5 + n %% 40000 / 100.0 AS total,
        CASE n %% 3 WHEN 0 THEN 'USD' WHEN 1 THEN 'BRL' ELSE 'EUR' END AS currency
    FROM generate_series(1, %(orders)s) AS n
    """,
    """
    INSERT INTO checkout_customer (id, email, name, locale, time_zone, created_at)
    SELECT customer_id, 'shopper-' || n || '@example.test', 'Shopper ' || n, 'de-DE', 'UTC', at FROM placed
    """,
    """
    INSERT INTO checkout_order (id, order_number, customer_id, status, source, subtotal, tax, total, currency, notes,
        is_backdated, created_at, updated_at)
    SELECT id, 'BN' || lpad(n::text, 8, '0'), customer_id, status, 'checkout', total, 0, total, currency, '', false, at, at
    FROM placed
    """,
    """
    INSERT INTO checkout_orderitem (id, order_id, position, product_id, product_slug, product_title, provider_id, quantity,
        unit_price, total_price)
    SELECT gen_random_uuid(), placed.id, 0, product.id, 'bench', 'Bench', 'prov-bench', 1, total, total
    FROM placed, merchandising_product AS product WHERE product.slug = 'bench'
    """,
    """
    INSERT INTO checkout_orchestration (id, order_id, current_stage, stage_status, metadata, stage_entered_at,
        last_transition_at, completed_at, recovery_due_at, prompts_sent, created_at, updated_at)
    SELECT gen_random_uuid(), id,
        CASE status WHEN 'completed' THEN 'completed' WHEN 'active' THEN 'fulfillment' WHEN 'processing' THEN 'verification'
            ELSE 'payment' END,
        CASE status WHEN 'completed' THEN 'completed' ELSE 'not_started' END,
        '{}', at, at, CASE status WHEN 'completed' THEN at END, CASE status WHEN 'pending' THEN now() + interval '1 hour' END, 0, at, at
    FROM placed
    """,
    "DROP TABLE placed",
)


def fill(connection: Connection, *, orders: int) -> None:
    """Write so many orders and JOURNEYS journeys with orders of their own, in the caller's transaction."""
    # Triggers would write the history of rows that nobody changed.
    connection.execute("SET LOCAL session_replication_role = 'replica'")
    for statement in _STATEMENTS:
        connection.execute(statement, {"orders": orders})
    fill_journeys(connection.execute, rows=JOURNEYS)
