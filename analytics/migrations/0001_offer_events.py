import django.db.models.expressions
import django.db.models.functions.text
import django.db.models.lookups
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

import smplat.ids

# Django cannot say PARTITION BY, and its composite keys cannot enter the admin: the tables are made here, the models see
# `id` as the key, and everything that follows (indexes, constraints, triggers) is Django's own.
CREATE_OFFER_EVENTS = """
CREATE TABLE checkout_offer_events (
    id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    occurred_at timestamptz NOT NULL,
    offer_slug varchar(255) NOT NULL,
    target_slug varchar(255),
    event_type varchar(64) NOT NULL,
    action varchar(64),
    cart_total numeric(12, 2),
    currency varchar(16),
    order_reference text,
    metadata jsonb,
    event_id uuid,
    receipt_id uuid,
    client_id bigint,
    committed_in bigint NOT NULL DEFAULT (pg_current_xact_id())::text::bigint,
    PRIMARY KEY (id, created_at)
) PARTITION BY RANGE (created_at)
"""
CREATE_INGEST_RECEIPTS = """
CREATE TABLE analytics_ingest_receipts (
    id uuid NOT NULL,
    created_at timestamptz NOT NULL,
    kind varchar(16) NOT NULL,
    received integer NOT NULL CHECK (received >= 0),
    accepted integer NOT NULL CHECK (accepted >= 0),
    duplicate integer NOT NULL CHECK (duplicate >= 0),
    quarantined integer NOT NULL CHECK (quarantined >= 0),
    refused integer NOT NULL CHECK (refused >= 0),
    code varchar(64) NOT NULL,
    request_id varchar(200) NOT NULL,
    client_id bigint,
    committed_in bigint NOT NULL DEFAULT (pg_current_xact_id())::text::bigint,
    PRIMARY KEY (id, created_at)
) PARTITION BY RANGE (created_at)
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="DroppedPartition",
            fields=[
                (
                    "committed_in",
                    models.BigIntegerField(
                        db_default=django.db.models.expressions.RawSQL("(pg_current_xact_id())::text::bigint", ()),
                        editable=False,
                        help_text="Id of the transaction that wrote this row; incremental readers take windows of it.",
                    ),
                ),
                (
                    "name",
                    models.CharField(
                        help_text="Name the partition had.", max_length=63, primary_key=True, serialize=False
                    ),
                ),
                ("table_name", models.CharField(help_text="The table it belonged to.", max_length=63)),
                ("month", models.DateField(help_text="First day of its month.")),
                ("row_count", models.BigIntegerField(help_text="Rows that went with it.")),
                (
                    "newest_occurred_at",
                    models.DateTimeField(blank=True, help_text="Latest occurred_at among its events.", null=True),
                ),
                ("dropped_at", models.DateTimeField(help_text="When it was dropped.")),
            ],
            options={
                "db_table": "analytics_dropped_partitions",
                "abstract": False,
            },
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(CREATE_INGEST_RECEIPTS, "DROP TABLE analytics_ingest_receipts")],
            state_operations=[
                migrations.CreateModel(
                    name="IngestReceipt",
                    fields=[
                        (
                            "committed_in",
                            models.BigIntegerField(
                                db_default=django.db.models.expressions.RawSQL(
                                    "(pg_current_xact_id())::text::bigint", ()
                                ),
                                editable=False,
                                help_text="Id of the transaction that wrote this row; incremental readers take windows of it.",
                            ),
                        ),
                        (
                            "id",
                            models.UUIDField(
                                default=smplat.ids.new_id,
                                editable=False,
                                help_text="UUIDv7: sorts by receipt.",
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        (
                            "created_at",
                            models.DateTimeField(
                                help_text="When the request was received; created_at of its events too."
                            ),
                        ),
                        (
                            "kind",
                            models.CharField(
                                choices=[("single", "Single"), ("batch", "Batch"), ("replay", "Replay")],
                                help_text="The door: single, batch or replay.",
                                max_length=16,
                            ),
                        ),
                        ("received", models.PositiveIntegerField(help_text="Events in the request.")),
                        ("accepted", models.PositiveIntegerField(default=0, help_text="Events stored.")),
                        (
                            "duplicate",
                            models.PositiveIntegerField(
                                default=0, help_text="Events whose event_id was stored before."
                            ),
                        ),
                        (
                            "quarantined",
                            models.PositiveIntegerField(default=0, help_text="Events set aside with their bytes."),
                        ),
                        (
                            "refused",
                            models.PositiveIntegerField(default=0, help_text="Events refused with the request."),
                        ),
                        (
                            "code",
                            models.CharField(
                                blank=True,
                                default="",
                                help_text="Why it was refused; empty when it was not.",
                                max_length=64,
                            ),
                        ),
                        (
                            "request_id",
                            models.CharField(
                                blank=True, default="", help_text="X-Request-ID of the request.", max_length=200
                            ),
                        ),
                        (
                            "client_id",
                            models.BigIntegerField(blank=True, help_text="The API client that sent it.", null=True),
                        ),
                    ],
                    options={
                        "db_table": "analytics_ingest_receipts",
                        "abstract": False,
                    },
                ),
            ],
        ),
        migrations.CreateModel(
            name="LedgerHour",
            fields=[
                ("hour", models.DateTimeField(help_text="Start of the hour, UTC.", primary_key=True, serialize=False)),
                ("checked_at", models.DateTimeField(help_text="When the comparison was last made.")),
                ("is_balanced", models.BooleanField(help_text="Whether every equation held.")),
                (
                    "difference",
                    models.TextField(blank=True, default="", help_text="The equations that did not hold, in words."),
                ),
            ],
            options={
                "db_table": "analytics_ledger_hours",
            },
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(CREATE_OFFER_EVENTS, "DROP TABLE checkout_offer_events")],
            state_operations=[
                migrations.CreateModel(
                    name="OfferEvent",
                    fields=[
                        (
                            "committed_in",
                            models.BigIntegerField(
                                db_default=django.db.models.expressions.RawSQL(
                                    "(pg_current_xact_id())::text::bigint", ()
                                ),
                                editable=False,
                                help_text="Id of the transaction that wrote this row; incremental readers take windows of it.",
                            ),
                        ),
                        (
                            "id",
                            models.UUIDField(
                                default=smplat.ids.new_id,
                                editable=False,
                                help_text="UUIDv7: sorts by receipt.",
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("created_at", models.DateTimeField(help_text="When we received it.")),
                        (
                            "occurred_at",
                            models.DateTimeField(
                                help_text="When it happened; the time of receipt unless the client said."
                            ),
                        ),
                        ("offer_slug", models.CharField(help_text="The offer it is about.", max_length=255)),
                        (
                            "target_slug",
                            models.CharField(
                                blank=True, help_text="What the offer points at.", max_length=255, null=True
                            ),
                        ),
                        (
                            "event_type",
                            models.CharField(
                                help_text="impression, cta_click, accept, … or anything else.", max_length=64
                            ),
                        ),
                        (
                            "action",
                            models.CharField(blank=True, help_text="What the shopper did.", max_length=64, null=True),
                        ),
                        (
                            "cart_total",
                            models.DecimalField(
                                blank=True,
                                decimal_places=2,
                                help_text="Value of the cart at that moment.",
                                max_digits=12,
                                null=True,
                            ),
                        ),
                        (
                            "currency",
                            models.CharField(
                                blank=True, help_text="Currency of cart_total, upper case.", max_length=16, null=True
                            ),
                        ),
                        (
                            "order_reference",
                            models.TextField(
                                blank=True, help_text="The order it belongs to, when there is one.", null=True
                            ),
                        ),
                        (
                            "metadata",
                            models.JSONField(
                                blank=True, help_text="Whatever else the client attached: an object.", null=True
                            ),
                        ),
                        (
                            "event_id",
                            models.UUIDField(
                                blank=True,
                                help_text="The client's id of the event: unique in analytics_offer_event_keys.",
                                null=True,
                            ),
                        ),
                        (
                            "receipt_id",
                            models.UUIDField(
                                blank=True, help_text="Receipt of the batch or replay that brought it.", null=True
                            ),
                        ),
                        (
                            "client_id",
                            models.BigIntegerField(blank=True, help_text="The API client that sent it.", null=True),
                        ),
                    ],
                    options={
                        "db_table": "checkout_offer_events",
                        "abstract": False,
                    },
                ),
            ],
        ),
        migrations.CreateModel(
            name="OfferEventKey",
            fields=[
                (
                    "event_id",
                    models.UUIDField(help_text="The client's id of the event.", primary_key=True, serialize=False),
                ),
                ("id", models.UUIDField(help_text="Id of the event that was stored.")),
                ("created_at", models.DateTimeField(help_text="created_at of the event that was stored.")),
            ],
            options={
                "db_table": "analytics_offer_event_keys",
            },
        ),
        migrations.CreateModel(
            name="OfferRollup",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "bucket",
                        "offer_slug",
                        "event_type",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("bucket", models.DateTimeField(help_text="Start of the quarter hour, UTC.")),
                ("offer_slug", models.CharField(help_text="The offer.", max_length=255)),
                ("event_type", models.CharField(help_text="The type of event.", max_length=64)),
                ("event_count", models.BigIntegerField(help_text="Events in the bucket.")),
            ],
            options={
                "db_table": "analytics_offer_rollups",
            },
        ),
        migrations.CreateModel(
            name="OfferRollupAmount",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "bucket",
                        "offer_slug",
                        "event_type",
                        "currency",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("bucket", models.DateTimeField(help_text="Start of the quarter hour, UTC.")),
                ("offer_slug", models.CharField(help_text="The offer.", max_length=255)),
                ("event_type", models.CharField(help_text="The type of event.", max_length=64)),
                (
                    "currency",
                    models.CharField(
                        blank=True, help_text="Currency; empty where the events named none.", max_length=16
                    ),
                ),
                ("event_count", models.BigIntegerField(help_text="Events that carried a cart total.")),
                (
                    "cart_total",
                    models.DecimalField(decimal_places=2, help_text="Sum of their cart totals.", max_digits=24),
                ),
            ],
            options={
                "db_table": "analytics_offer_rollup_amounts",
            },
        ),
        migrations.CreateModel(
            name="OfferRollupOrder",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "bucket",
                        "offer_slug",
                        "event_type",
                        "order_reference",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("bucket", models.DateTimeField(help_text="Start of the quarter hour, UTC.")),
                ("offer_slug", models.CharField(help_text="The offer.", max_length=255)),
                ("event_type", models.CharField(help_text="The type of event.", max_length=64)),
                ("order_reference", models.TextField(help_text="The order.")),
            ],
            options={
                "db_table": "analytics_offer_rollup_orders",
            },
        ),
        migrations.CreateModel(
            name="QuarantinedEvent",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=smplat.ids.new_id,
                        editable=False,
                        help_text="UUIDv7: sorts by receipt.",
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("created_at", models.DateTimeField(help_text="When it was received.")),
                ("receipt_id", models.UUIDField(help_text="Receipt of the batch that carried it.")),
                ("index", models.PositiveIntegerField(help_text="Its place in the batch, from 0.")),
                ("client_id", models.BigIntegerField(blank=True, help_text="The API client that sent it.", null=True)),
                ("original", models.BinaryField(help_text="Exactly the bytes that were sent.")),
                ("code", models.CharField(help_text="What was wrong, as a stable slug.", max_length=64)),
                (
                    "field",
                    models.CharField(
                        blank=True,
                        default="",
                        help_text="Where it was wrong; empty for the whole event.",
                        max_length=64,
                    ),
                ),
                ("message", models.TextField(help_text="What was wrong, in words.")),
                (
                    "state",
                    models.CharField(
                        choices=[("pending", "Pending"), ("replayed", "Replayed"), ("discarded", "Discarded")],
                        default="pending",
                        help_text="What became of it.",
                        max_length=16,
                    ),
                ),
                (
                    "resolved_at",
                    models.DateTimeField(blank=True, help_text="When it was replayed or discarded.", null=True),
                ),
                (
                    "resolved_by",
                    models.CharField(blank=True, default="", help_text="Who replayed or discarded it.", max_length=150),
                ),
                ("reason", models.TextField(blank=True, default="", help_text="Why, in that person's words.")),
                (
                    "corrected",
                    models.TextField(
                        blank=True, default="", help_text="The text that was replayed instead of the original."
                    ),
                ),
                (
                    "resulting_event_id",
                    models.UUIDField(blank=True, help_text="Id of the offer event the replay led to.", null=True),
                ),
            ],
            options={
                "db_table": "analytics_quarantined_events",
            },
        ),
        migrations.CreateModel(
            name="RollupCursor",
            fields=[
                ("name", models.CharField(help_text="The rollup.", max_length=64, primary_key=True, serialize=False)),
                (
                    "horizon",
                    models.BigIntegerField(default=0, help_text="First transaction id that is not folded yet."),
                ),
                ("moved_at", models.DateTimeField(blank=True, help_text="When it last moved.", null=True)),
            ],
            options={
                "db_table": "analytics_rollup_cursors",
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="droppedpartition",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="75d355d96a1800eb452b63e4a248915bf6c9f8dc",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_7d48d",
                    table="analytics_dropped_partitions",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="ingestreceipt",
            index=models.Index(fields=["created_at", "id"], name="ingest_receipts_by_receipt"),
        ),
        migrations.AddConstraint(
            model_name="ingestreceipt",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["single", "batch", "replay"])), name="ingest_receipt_kind_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="ingestreceipt",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "received",
                        django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(
                                django.db.models.expressions.CombinedExpression(
                                    models.F("accepted"), "+", models.F("duplicate")
                                ),
                                "+",
                                models.F("quarantined"),
                            ),
                            "+",
                            models.F("refused"),
                        ),
                    )
                ),
                name="ingest_receipt_accounts_for_every_event",
            ),
        ),
        migrations.AddConstraint(
            model_name="ingestreceipt",
            constraint=models.CheckConstraint(
                condition=models.Q(("refused", 0), models.Q(("code", ""), _negated=True), _connector="OR"),
                name="ingest_refusal_has_a_code",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="ingestreceipt",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="5a84a533a2786383ee1ddc7d2b79c90e45a90763",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_141bf",
                    table="analytics_ingest_receipts",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="ledgerhour",
            index=models.Index(
                condition=models.Q(("is_balanced", False)), fields=["hour"], name="ledger_hours_that_differ"
            ),
        ),
        migrations.AddConstraint(
            model_name="ledgerhour",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("difference", ""), ("is_balanced", True)),
                    models.Q(("is_balanced", False), models.Q(("difference", ""), _negated=True)),
                    _connector="OR",
                ),
                name="ledger_hour_explains_a_difference",
            ),
        ),
        migrations.AddIndex(
            model_name="offerevent",
            index=models.Index(fields=["created_at", "id"], name="offer_events_by_receipt"),
        ),
        migrations.AddIndex(
            model_name="offerevent",
            index=models.Index(fields=["offer_slug", "occurred_at"], name="offer_events_by_offer_and_time"),
        ),
        migrations.AddIndex(
            model_name="offerevent",
            index=models.Index(fields=["occurred_at"], name="offer_events_by_time"),
        ),
        migrations.AddIndex(
            model_name="offerevent",
            index=models.Index(fields=["committed_in"], name="offer_events_by_transaction"),
        ),
        migrations.AddIndex(
            model_name="offerevent",
            index=models.Index(
                condition=models.Q(
                    ("event_type__in", ["preset_cta_apply", "preset_configurator_apply", "preset_configurator_clear"])
                ),
                fields=["occurred_at"],
                name="offer_events_of_presets",
            ),
        ),
        migrations.AddConstraint(
            model_name="offerevent",
            constraint=models.CheckConstraint(
                condition=models.Q(("offer_slug", ""), _negated=True), name="offer_event_names_an_offer"
            ),
        ),
        migrations.AddConstraint(
            model_name="offerevent",
            constraint=models.CheckConstraint(
                condition=models.Q(("event_type", ""), _negated=True), name="offer_event_has_a_type"
            ),
        ),
        migrations.AddConstraint(
            model_name="offerevent",
            constraint=models.CheckConstraint(
                condition=models.Q(("cart_total__gte", 0)), name="offer_event_cart_is_not_negative"
            ),
        ),
        migrations.AddConstraint(
            model_name="offerevent",
            constraint=models.CheckConstraint(
                condition=models.Q(("currency", ""), _negated=True), name="offer_event_currency_is_not_blank"
            ),
        ),
        migrations.AddConstraint(
            model_name="offerevent",
            constraint=models.CheckConstraint(
                condition=django.db.models.lookups.LessThanOrEqual(
                    django.db.models.functions.text.Length("order_reference"), 255
                ),
                name="offer_event_order_reference_is_bounded",
            ),
        ),
        migrations.AddConstraint(
            model_name="offerevent",
            constraint=models.CheckConstraint(
                condition=django.db.models.lookups.Exact(
                    models.Func(models.F("metadata"), function="jsonb_typeof", output_field=models.TextField()),
                    models.Value("object"),
                ),
                name="offer_event_metadata_is_an_object",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="offerevent",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="0255f33a8cdc8a84dcb1fe86a1044f9e27a2b023",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_1b1d9",
                    table="checkout_offer_events",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="offereventkey",
            index=models.Index(fields=["created_at"], name="offer_event_keys_by_receipt"),
        ),
        migrations.AddIndex(
            model_name="offerrollup",
            index=models.Index(fields=["offer_slug", "bucket"], name="offer_rollups_by_offer"),
        ),
        migrations.AddConstraint(
            model_name="offerrollup",
            constraint=models.CheckConstraint(
                condition=models.Q(("event_count__gt", 0)), name="offer_rollup_counts_something"
            ),
        ),
        migrations.AddIndex(
            model_name="offerrollupamount",
            index=models.Index(fields=["offer_slug", "bucket"], name="offer_rollup_amounts_by_offer"),
        ),
        migrations.AddConstraint(
            model_name="offerrollupamount",
            constraint=models.CheckConstraint(
                condition=models.Q(("event_count__gt", 0)), name="offer_rollup_amount_counts_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="offerrollupamount",
            constraint=models.CheckConstraint(
                condition=models.Q(("cart_total__gte", 0)), name="offer_rollup_amount_is_not_negative"
            ),
        ),
        migrations.AddIndex(
            model_name="offerrolluporder",
            index=models.Index(fields=["offer_slug", "bucket"], name="offer_rollup_orders_by_offer"),
        ),
        migrations.AddIndex(
            model_name="quarantinedevent",
            index=models.Index(fields=["created_at", "id"], name="quarantine_by_receipt"),
        ),
        migrations.AddIndex(
            model_name="quarantinedevent",
            index=models.Index(
                condition=models.Q(("state", "pending")), fields=["created_at", "id"], name="quarantine_that_waits"
            ),
        ),
        migrations.AddIndex(
            model_name="quarantinedevent",
            index=models.Index(
                condition=models.Q(("state", "pending"), _negated=True),
                fields=["resolved_at"],
                name="quarantine_by_resolution",
            ),
        ),
        migrations.AddConstraint(
            model_name="quarantinedevent",
            constraint=models.UniqueConstraint(
                fields=("receipt_id", "index"), name="one_quarantined_event_per_place_in_a_batch"
            ),
        ),
        migrations.AddConstraint(
            model_name="quarantinedevent",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["pending", "replayed", "discarded"])),
                name="quarantine_state_is_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="quarantinedevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("resolved_at", None), ("resolved_by", ""), ("state", "pending")),
                    models.Q(
                        models.Q(("state", "pending"), _negated=True),
                        ("resolved_at__isnull", False),
                        models.Q(("resolved_by", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="quarantine_resolved_by_someone_or_pending",
            ),
        ),
        migrations.AddConstraint(
            model_name="quarantinedevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("resulting_event_id__isnull", False), ("state", "replayed")),
                    models.Q(models.Q(("state", "replayed"), _negated=True), ("resulting_event_id", None)),
                    _connector="OR",
                ),
                name="quarantine_replayed_has_its_event",
            ),
        ),
        migrations.AddConstraint(
            model_name="quarantinedevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "discarded"), _negated=True),
                    models.Q(("reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="quarantine_discarded_has_a_reason",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="quarantinedevent",
            trigger=pgtrigger.compiler.Trigger(
                name="finding_stays",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."receipt_id" IS DISTINCT FROM (NEW."receipt_id") OR OLD."index" IS DISTINCT FROM (NEW."index") OR OLD."client_id" IS DISTINCT FROM (NEW."client_id") OR OLD."original" IS DISTINCT FROM (NEW."original") OR OLD."code" IS DISTINCT FROM (NEW."code") OR OLD."field" IS DISTINCT FROM (NEW."field") OR OLD."message" IS DISTINCT FROM (NEW."message"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="a08ef92e404d243e116ceace690ee2d8d17ba10c",
                    operation="UPDATE",
                    pgid="pgtrigger_finding_stays_84f2e",
                    table="analytics_quarantined_events",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="quarantinedevent",
            trigger=pgtrigger.compiler.Trigger(
                name="resolution_stays",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition="WHEN (OLD.\"state\" IN ('replayed', 'discarded'))",
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="bd45aa50653420ef0382fefaeb9df770ff362837",
                    operation="UPDATE",
                    pgid="pgtrigger_resolution_stays_a0c07",
                    table="analytics_quarantined_events",
                    when="BEFORE",
                ),
            ),
        ),
    ]
