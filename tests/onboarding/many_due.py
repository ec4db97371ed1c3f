"""Very many journeys whose tasks nobody touched for thirty hours, each of a client of its own, written by SQL; for fault tests
and benchmarks."""

from collections.abc import Callable
from typing import Any

STATEMENTS = (
    """
    INSERT INTO checkout_customer (id, email, name, locale, time_zone, created_at)
    SELECT gen_random_uuid(), 'client-' || n || '@example.test', 'Client ' || n, 'en-GB', 'UTC', now()
    FROM generate_series(1, %(rows)s) AS n
    """,
    """
    INSERT INTO checkout_order (id, order_number, customer_id, status, source, subtotal, tax, total, currency, notes,
        is_backdated, created_at, updated_at)
    SELECT gen_random_uuid(), 'IDLE' || substr(email, 8, 8), id, 'processing', 'checkout', 10, 0, 10, 'EUR', '', false,
        now() - interval '30 hours', now() - interval '30 hours'
    FROM checkout_customer WHERE email LIKE 'client-%%'
    """,
    """
    INSERT INTO onboarding_journeys (id, order_id, template_id, status, referral_code, context, progress_percentage,
        started_at, last_touch_at, last_progress_at, turn, turn_since, nudge_due_at, created_at, updated_at)
    SELECT gen_random_uuid(), placed.id, template.id, 'active', '', '{}', 0, placed.created_at, placed.created_at,
        placed.created_at, 'client', placed.created_at, placed.created_at + interval '24 hours', placed.created_at,
        placed.created_at
    FROM checkout_order AS placed, onboarding_journeytemplate AS template
    WHERE placed.order_number LIKE 'IDLE%%' AND template.is_current AND template.product_category = ''
    """,
    """
    INSERT INTO onboarding_tasks (id, journey_id, slug, title, description, status, is_skipped, sort_order, due_at,
        preferred_channel, depends_on, self_check, nudges_sent, created_at, updated_at)
    SELECT gen_random_uuid(), journey.id, line.slug, line.title, line.description, 'pending', false, line.sort_order,
        journey.created_at + line.due_after_hours * interval '1 hour', line.preferred_channel, line.depends_on,
        line.self_check, 0, journey.created_at, journey.created_at
    FROM onboarding_journeys AS journey JOIN onboarding_templatetask AS line ON line.template_id = journey.template_id
    """,
    # No hour is quiet, whenever this runs.
    "UPDATE onboarding_nudgepolicy SET quiet_from = '00:00', quiet_until = '00:00'",
    "ANALYZE checkout_order, checkout_customer, onboarding_journeys, onboarding_tasks",
)
# Clients by their number of messages: exactly once is {1: rows}.
MESSAGES = """
SELECT messages, count(*) FROM (
    SELECT count(message.id) AS messages FROM checkout_customer AS client
    LEFT JOIN outbox_message AS message ON message.recipient_id = client.id AND message.topic = 'onboarding.nudge'
    WHERE client.email LIKE 'client-%%' GROUP BY client.id
) AS counted GROUP BY messages
"""


def fill(execute: Callable[[str, dict[str, Any]], object], *, rows: int) -> None:
    """Write them; `execute` is a cursor's or a connection's."""
    for statement in STATEMENTS:
        execute(statement, {"rows": rows})
