from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    """Indexes behind the console's lists, built while orders come in; and the rights to send prompts."""

    atomic = False

    dependencies = [("checkout", "0002_order_numbers")]

    operations = [
        migrations.AlterModelOptions(
            name="order",
            options={
                "permissions": [
                    ("prompt_customer", "Can send a recovery prompt now"),
                    ("override_prompt", "Can send a prompt that the rules would not"),
                ]
            },
        ),
        AddIndexConcurrently(
            model_name="customer",
            index=models.Index(fields=["-created_at", "-id"], name="customers_newest_first"),
        ),
        AddIndexConcurrently(
            model_name="order",
            index=models.Index(fields=["total"], name="orders_by_value"),
        ),
    ]
