import django.db.models.deletion
import django.db.models.expressions
import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models

# An order is known to have met an experiment, and a variant, since the first transaction that recorded it.
COUNT_KNOWN = """
INSERT INTO onboarding_experiment_orders
    (committed_in, order_id, slug, variant_key, currency, total, loyalty_points, recorded_at)
SELECT DISTINCT ON (record.order_id, record.slug, met.variant_key)
       record.committed_in, record.order_id, record.slug, met.variant_key, placed.currency, placed.total,
       coalesce(placed.loyalty_projection_points, 0), record.recorded_at
FROM onboarding_experiment_segments AS record
JOIN checkout_order AS placed ON placed.id = record.order_id
CROSS JOIN LATERAL (VALUES (''), (record.variant_key)) AS met (variant_key)
ORDER BY record.order_id, record.slug, met.variant_key, record.recorded_at, record.committed_in
"""


class Migration(migrations.Migration):
    """Each order once for an experiment and once for a variant, so that reports count rows instead of searching for firsts."""

    dependencies = [
        ("checkout", "0005_report_indexes"),
        ("onboarding", "0002_one_interaction_per_message"),
    ]

    operations = [
        migrations.CreateModel(
            name="ExperimentOrder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "committed_in",
                    models.BigIntegerField(
                        db_default=django.db.models.expressions.RawSQL("(pg_current_xact_id())::text::bigint", ()),
                        editable=False,
                        help_text=(
                            "Id of the transaction that wrote this row; incremental readers take windows of it."
                        ),
                    ),
                ),
                ("slug", models.CharField(max_length=255)),
                (
                    "variant_key",
                    models.CharField(blank=True, help_text="Empty: the experiment, whichever variant.", max_length=255),
                ),
                ("currency", models.CharField(max_length=3)),
                ("total", models.DecimalField(decimal_places=2, max_digits=12)),
                ("loyalty_points", models.IntegerField()),
                ("recorded_at", models.DateTimeField()),
                (
                    "order",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="checkout.order",
                    ),
                ),
            ],
            options={"db_table": "onboarding_experiment_orders", "abstract": False},
        ),
        migrations.RunSQL(["SET CONSTRAINTS ALL IMMEDIATE", COUNT_KNOWN], migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name="experimentorder",
            index=models.Index(
                fields=["variant_key", "slug"],
                include=("recorded_at", "committed_in", "currency", "total", "loyalty_points"),
                name="experiment_orders_summed",
            ),
        ),
        migrations.AddConstraint(
            model_name="experimentorder",
            constraint=models.UniqueConstraint(
                fields=("order", "slug", "variant_key"), name="an_order_counts_once_for_an_experiment_and_a_variant"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="experimentorder",
            trigger=pgtrigger.compiler.Trigger(
                name="append_only",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func=("RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;"),
                    hash="df3ddfb7e0116dad076916bd6931c4f4921155c3",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_append_only_012ff",
                    table="onboarding_experiment_orders",
                    when="BEFORE",
                ),
            ),
        ),
    ]
