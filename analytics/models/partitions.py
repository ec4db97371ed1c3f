"""What retention has dropped: rollups of that time can be read but never rebuilt."""

from django.db import models

from smplat.evidence import Evidence


class DroppedPartition(Evidence):
    """A month of a partitioned table that retention dropped."""

    name = models.CharField(primary_key=True, max_length=63, help_text="Name the partition had.")
    table_name = models.CharField(max_length=63, help_text="The table it belonged to.")
    month = models.DateField(help_text="First day of its month.")
    row_count = models.BigIntegerField(help_text="Rows that went with it.")
    newest_occurred_at = models.DateTimeField(null=True, blank=True, help_text="Latest occurred_at among its events.")
    dropped_at = models.DateTimeField(help_text="When it was dropped.")

    class Meta(Evidence.Meta):
        db_table = "analytics_dropped_partitions"

    def __str__(self) -> str:
        return self.name
