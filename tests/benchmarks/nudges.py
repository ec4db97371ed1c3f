"""Sweeping nudges: 100,000 open journeys that are all due, against the same rows written by four statements of SQL."""

import subprocess
import sys
import time

from tests.benchmarks.report import Row, share_row
from tests.benchmarks.servers import CHECKOUT, Database
from tests.onboarding.many_due import MESSAGES, fill

AT_LEAST = 0.1
SWEEPERS = 2
# What a sweep writes about one client with three tasks: a message, an interaction, three decisions, two updates.
SAME_ROWS = (
    """
    INSERT INTO outbox_message (id, topic, channel, recipient, recipient_id, category, payload, dedupe_key, state, due_at,
        attempts, attempts_forgiven, last_error, suppressed_because, created_at)
    SELECT gen_random_uuid(), 'bench', 'email', email, id, 'onboarding', jsonb_build_object('name', repeat('x', 1000)),
        id::text, 'pending', now(), 0, 0, '', '', now()
    FROM checkout_customer WHERE email LIKE 'client-%'
    """,
    """
    INSERT INTO onboarding_interactions (id, journey_id, task_id, actor_type, channel, summary, details, metadata, message_id,
        created_at)
    SELECT gen_random_uuid(), id, NULL, 'system', 'other', 'bench', repeat('x', 100),
        jsonb_build_object('nudge', repeat('x', 800)), gen_random_uuid(), created_at
    FROM onboarding_journeys
    """,
    """
    INSERT INTO onboarding_nudgedecision (id, journey_id, task_id, policy_version, action, reason, next_due_at, message_id,
        decided_at)
    SELECT gen_random_uuid(), journey_id, id, 1, 'wait', 'bench', now(), gen_random_uuid(), now() FROM onboarding_tasks
    """,
    "UPDATE onboarding_tasks SET nudges_sent = 0",
    "UPDATE onboarding_journeys SET nudge_due_at = nudge_due_at + interval '1 second'",
)
# What a round leaves; the tables are emptied, since their rows refuse to be deleted.
CLEAR = """
TRUNCATE outbox_message, onboarding_interactions, onboarding_nudgedecision, onboarding_nudgesweeprun, onboarding_tasks,
    onboarding_journeys, checkout_order, checkout_customer CASCADE
"""
RATE = """
SELECT sum(decided) / 3, extract(epoch FROM max(finished_at) - min(started_at))::float8 FROM onboarding_nudgesweeprun
"""


def measure(database: Database, *, journeys: int) -> list[Row]:
    """One round: the limit first, then the sweep over fresh rows, then one more with nothing due."""
    with database.connect() as connection:
        connection.execute(CLEAR)
        fill(connection.execute, rows=journeys)
        started = time.perf_counter()
        for statement in SAME_ROWS:
            connection.execute(statement)
        limit = journeys / (time.perf_counter() - started)
        connection.execute(CLEAR)
        fill(connection.execute, rows=journeys)
        _sweep(database, sweepers=SWEEPERS)
        if (counts := dict(connection.execute(MESSAGES).fetchall())) != {1: journeys}:
            raise SystemExit(f"Not every client got exactly one message: {counts}")
        decided, seconds = connection.execute(RATE).fetchone()
    return [
        share_row(
            f"nudge sweep, {journeys:,} due, {SWEEPERS} sweepers",
            ours=[float(decided) / seconds],
            limit=[limit],
            unit="journeys/s",
            limit_is="the same rows by SQL",
            at_least=AT_LEAST,
            details={"seconds": seconds},
        )
    ]


def _sweep(database: Database, *, sweepers: int) -> None:
    command = [sys.executable, "manage.py", "nudge_onboarding"]
    running = [
        subprocess.Popen(command, cwd=CHECKOUT, env=database.environment, stdout=subprocess.DEVNULL)
        for _ in range(sweepers)
    ]
    if any(sweeper.wait() for sweeper in running):
        raise SystemExit("A sweeper failed; its message stands above.")
