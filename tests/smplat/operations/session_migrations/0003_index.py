"""Waits for transactions to end, beside those that use the table."""

from typing import ClassVar

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies: ClassVar = [("sessions", "0002_column")]
    operations: ClassVar = [AddIndexConcurrently("session", models.Index(fields=["note"], name="sessions_by_note"))]
