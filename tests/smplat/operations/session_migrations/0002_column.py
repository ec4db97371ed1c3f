"""Needs the table for itself, for a moment."""

from typing import ClassVar

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("sessions", "0001_initial")]
    operations: ClassVar = [migrations.AddField("session", "note", models.TextField(null=True))]
