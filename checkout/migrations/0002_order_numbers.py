from django.db import migrations


class Migration(migrations.Migration):
    """The sequence behind order numbers: unique under concurrency, gaps allowed."""

    dependencies = [("checkout", "0001_orders_and_recovery")]

    operations = [
        migrations.RunSQL(
            sql="CREATE SEQUENCE checkout_order_number",
            reverse_sql="DROP SEQUENCE checkout_order_number",
        ),
    ]
