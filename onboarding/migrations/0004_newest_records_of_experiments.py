from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """The newest record of an experiment and of a variant are found without reading the others."""

    atomic = False
    dependencies = [("onboarding", "0003_count_orders_of_experiments")]

    operations = [
        AddIndexConcurrently(
            model_name="experimentsegment",
            index=models.Index(fields=["slug", "-recorded_at"], name="segments_of_experiment_newest"),
        ),
        AddIndexConcurrently(
            model_name="experimentsegment",
            index=models.Index(
                fields=["slug", "variant_key", "-recorded_at", "-id"], name="segments_of_variant_newest"
            ),
        ),
    ]
