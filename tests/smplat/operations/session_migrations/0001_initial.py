"""What django.contrib.sessions has made already, so far as the next ones need it."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    operations: ClassVar = [
        migrations.CreateModel(
            "Session",
            [
                ("session_key", models.CharField(max_length=40, primary_key=True)),
                ("expire_date", models.DateTimeField(db_index=True)),
            ],
            options={"db_table": "django_session"},
        ),
    ]
