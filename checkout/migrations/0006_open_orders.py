from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Indexes of what is open, built while orders come in."""

    atomic = False

    dependencies = [("checkout", "0005_report_indexes")]

    operations = [
        AddIndexConcurrently(
            model_name="orchestration",
            index=models.Index(
                condition=models.Q(("completed_at__isnull", True)),
                fields=["order"],
                include=("current_stage", "stage_status", "next_action_at", "last_transition_at"),
                name="orchestrations_open",
            ),
        ),
        AddIndexConcurrently(
            model_name="order",
            index=models.Index(
                condition=models.Q(("status__in", ["pending", "processing", "active"])),
                fields=["id"],
                include=("status", "is_backdated", "currency", "total"),
                name="orders_open",
            ),
        ),
    ]
