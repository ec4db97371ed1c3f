"""Preset events, counted by the database."""

from datetime import UTC, date, datetime, time, timedelta

from django.db import connection

from analytics.rules.preset_report import PresetCount
from analytics.vocabulary import PRESET_EVENT_TYPES

# A client may date an event this far after its receipt, never further: what happened on a day was received after its
# start less this, so older partitions need not be looked at.
CLOCK_TOLERANCE = timedelta(minutes=5)

# Served by the index offer_events_of_presets.
_COUNTS = f"""
    SELECT (occurred_at AT TIME ZONE 'UTC')::date, event_type, metadata ->> 'presetId',
           nullif(metadata ->> 'presetLabel', ''), coalesce(nullif(metadata ->> 'source', ''), 'unknown'),
           count(*), max(occurred_at)
    FROM checkout_offer_events
    WHERE event_type IN ({", ".join(f"'{kind.value}'" for kind in PRESET_EVENT_TYPES)})
      AND occurred_at >= %(start)s AND created_at >= %(received_from)s
      AND metadata ->> 'presetId' <> ''
    GROUP BY 1, 2, 3, 4, 5
"""  # noqa: S608 - the types are constants of ours, written out so that the partial index is found


def list_preset_counts(*, since: date) -> list[PresetCount]:
    """Counts by day (UTC), type, preset, label and source from the start of `since` on."""
    start = datetime.combine(since, time(), tzinfo=UTC)
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, {"start": start, "received_from": start - CLOCK_TOLERANCE})
        return [
            PresetCount(
                day=day,
                event_type=event_type,
                preset_id=preset_id,
                preset_label=preset_label,
                source=source,
                count=count,
                last_at=last_at,
            )
            for day, event_type, preset_id, preset_label, source, count, last_at in cursor
        ]
