import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("analytics", "0002_first_partitions"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="quarantinedevent",
            name="finding_stays",
        ),
        migrations.AddField(
            model_name="quarantinedevent",
            name="form",
            field=models.CharField(
                choices=[("api", "Api"), ("web", "Web")],
                default="api",
                help_text="How the bytes are to be read.",
                max_length=16,
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="quarantinedevent",
            trigger=pgtrigger.compiler.Trigger(
                name="finding_stays",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."created_at" IS DISTINCT FROM (NEW."created_at") OR OLD."receipt_id" IS DISTINCT FROM (NEW."receipt_id") OR OLD."index" IS DISTINCT FROM (NEW."index") OR OLD."client_id" IS DISTINCT FROM (NEW."client_id") OR OLD."form" IS DISTINCT FROM (NEW."form") OR OLD."original" IS DISTINCT FROM (NEW."original") OR OLD."code" IS DISTINCT FROM (NEW."code") OR OLD."field" IS DISTINCT FROM (NEW."field") OR OLD."message" IS DISTINCT FROM (NEW."message"))',
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update rows from % table', TG_TABLE_NAME;",
                    hash="12519a21b11082392ed24114764b9b2c7c6c47d6",
                    operation="UPDATE",
                    pgid="pgtrigger_finding_stays_84f2e",
                    table="analytics_quarantined_events",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="quarantinedevent",
            constraint=models.CheckConstraint(
                condition=models.Q(("form__in", ["api", "web"])), name="quarantine_form_is_known"
            ),
        ),
    ]
