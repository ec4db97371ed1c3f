"""Partitions from last month to three months ahead, and what each index is for."""

from django.db import migrations

# The daily task keeps three months ahead from here on; there is no default partition, because rows in one would
# block the creation of the partition they belong to.
CREATE_PARTITIONS = """
DO $$
DECLARE
    parent text;
    first_day timestamptz;
BEGIN
    FOREACH parent IN ARRAY ARRAY['checkout_offer_events', 'analytics_ingest_receipts'] LOOP
        FOR ahead IN -1..3 LOOP
            first_day := date_trunc('month', now(), 'UTC') + make_interval(months => ahead);
            EXECUTE format(
                'CREATE TABLE %I PARTITION OF %I FOR VALUES FROM (%L) TO (%L)',
                parent || to_char(first_day AT TIME ZONE 'UTC', '_YYYY_MM'),
                parent,
                first_day,
                first_day + interval '1 month'
            );
        END LOOP;
    END LOOP;
END
$$
"""

PURPOSE_OF_INDEX = {
    "offer_events_by_receipt": "Event list and exports page by time of receipt; the ledger counts an hour of it.",
    "offer_events_by_offer_and_time": "One offer over a span of time: its page, and rebuilding its rollups.",
    "offer_events_by_time": "Everything that happened in a span of time: rebuilding rollups, ad-hoc analysis.",
    "offer_events_by_transaction": "Windows of committed transactions: folding rollups, incremental exports.",
    "offer_events_of_presets": "GET preset-events: preset events of the last days, a small part of all events.",
    "offer_event_keys_by_receipt": "Purging keys older than any event that may still be sent; the hourly ledger.",
    "ingest_receipts_by_receipt": "The hourly ledger, and the list of receipts by time.",
    "ledger_hours_that_differ": "Readiness asks for unbalanced hours on every probe.",
    "quarantine_by_receipt": "The hourly ledger, and the quarantine list by time.",
    "quarantine_that_waits": "The attention page and the quarantine list: what nobody has decided yet, oldest first.",
    "quarantine_by_resolution": "Purging decided events; the ledger counts replays of an hour.",
    "offer_rollups_by_offer": "Trend of one offer.",
    "offer_rollup_amounts_by_offer": "Cart totals of one offer over time.",
    "offer_rollup_orders_by_offer": "Unique orders of one offer over time.",
}


class Migration(migrations.Migration):
    dependencies = [("analytics", "0001_offer_events")]

    operations = [
        migrations.RunSQL(CREATE_PARTITIONS, migrations.RunSQL.noop),
        migrations.RunSQL(
            [f"COMMENT ON INDEX {name} IS '{purpose}'" for name, purpose in PURPOSE_OF_INDEX.items()],
            migrations.RunSQL.noop,
        ),
    ]
