from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Indexes behind the recovery pages, built while orders come in."""

    atomic = False

    dependencies = [("checkout", "0004_escalation_history_without_notes")]

    operations = [
        AddIndexConcurrently(
            model_name="recoveryassignment",
            index=models.Index(fields=["assigned_at"], name="assignments_by_time"),
        ),
        AddIndexConcurrently(
            model_name="escalation",
            index=models.Index(
                condition=models.Q(("resolved_at__isnull", True)),
                fields=["acknowledged_at", "deadline_at", "id"],
                name="escalations_open",
            ),
        ),
    ]
