from django.db import migrations, models

# Lines of one message about several tasks become the first of them, which names them all.
NAME_TASKS = """
WITH told AS (
    SELECT line.message_id, line.journey_id, (array_agg(line.id ORDER BY line.id))[1] AS kept, count(*) AS lines,
           jsonb_agg(
               (line.metadata -> 'nudge') - ARRAY['triggered_by', 'channel', 'automated', 'manual', 'obstacle']
                   || jsonb_build_object('task_id', task.id, 'title', task.title)
               ORDER BY line.id
           ) AS tasks
    FROM onboarding_interactions AS line JOIN onboarding_tasks AS task ON task.id = line.task_id
    WHERE line.message_id IS NOT NULL AND line.metadata ? 'nudge'
    GROUP BY line.message_id, line.journey_id
)
UPDATE onboarding_interactions AS line
SET metadata = jsonb_set(line.metadata, '{nudge,tasks}', told.tasks),
    task_id = CASE WHEN told.lines = 1 THEN line.task_id END
FROM told WHERE line.id = told.kept
"""
DROP_REPEATED = """
DELETE FROM onboarding_interactions AS line USING onboarding_interactions AS kept
WHERE line.message_id = kept.message_id AND line.journey_id = kept.journey_id AND line.id > kept.id
"""


class Migration(migrations.Migration):
    """A message to a client stands once in the log of a journey, with the tasks that it names."""

    dependencies = [("onboarding", "0001_journeys")]

    operations = [
        # Without checks left for the end of the transaction, which would bar the index.
        migrations.RunSQL(["SET CONSTRAINTS ALL IMMEDIATE", NAME_TASKS, DROP_REPEATED], migrations.RunSQL.noop),
        migrations.RemoveIndex(model_name="interaction", name="interactions_by_message"),
        migrations.AddConstraint(
            model_name="interaction",
            constraint=models.UniqueConstraint(
                condition=models.Q(("message_id__isnull", False)),
                fields=("message_id", "journey"),
                name="one_interaction_of_a_message_per_journey",
            ),
        ),
    ]
