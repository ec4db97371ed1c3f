"""The funnel's trend as Unfold's bundled chart library takes it, in a data attribute."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from analytics.rules.offer_funnel import StageCounts
from analytics.rules.periods import Period, Step

# Readable on white and on the dark background.
IMPRESSIONS_COLOUR, CLICKS_COLOUR, ACCEPTS_COLOUR, PREVIOUS_COLOUR = "#3b82f6", "#d97706", "#059669", "#9ca3af"


def draw(period: Period, current: Sequence[StageCounts], previous: Sequence[StageCounts]) -> dict[str, str]:
    """JSON of two charts (impressions are a hundred times the rest) and of their options."""
    labels = [write_label(edge, period.zone, period.step) for edge in period.current.edges[:-1]]
    return {
        "impressions": json.dumps(
            {
                "labels": labels,
                "datasets": [
                    draw_line("Impressions", IMPRESSIONS_COLOUR, [counts.impressions for counts in current]),
                    draw_line("Before", PREVIOUS_COLOUR, [counts.impressions for counts in previous], is_dashed=True),
                ],
            }
        ),
        "responses": json.dumps(
            {
                "labels": labels,
                "datasets": [
                    draw_line("Clicks", CLICKS_COLOUR, [counts.clicks for counts in current]),
                    draw_line("Accepts", ACCEPTS_COLOUR, [counts.accepts for counts in current]),
                    draw_line("Clicks before", PREVIOUS_COLOUR, [counts.clicks for counts in previous], is_dashed=True),
                ],
            }
        ),
        "options": json.dumps(OPTIONS),
    }


def write_label(moment: datetime, zone: ZoneInfo, step: Step) -> str:
    """A day, or an hour with its day, on the clocks of the zone; an hour that comes twice says which of the two."""
    local = moment.astimezone(zone)
    if step is Step.DAY:
        return local.strftime("%d %b")
    comes_twice = local.utcoffset() != local.replace(fold=not local.fold).utcoffset()
    return local.strftime("%a %H:%M %Z" if comes_twice else "%a %H:%M")


def draw_line(label: str, colour: str, values: list[int], *, is_dashed: bool = False) -> dict[str, Any]:
    """One line of a chart."""
    line: dict[str, Any] = {"label": label, "data": values, "borderColor": colour, "backgroundColor": colour}
    return line | ({"borderDash": [4, 4]} if is_dashed else {})


OPTIONS: dict[str, Any] = {
    "animation": False,
    "responsive": True,
    "maintainAspectRatio": False,
    "interaction": {"mode": "index", "intersect": False},
    "datasets": {"line": {"borderWidth": 2, "pointRadius": 2}},
    "plugins": {
        "legend": {"display": True, "align": "end", "labels": {"color": "#9ca3af", "boxWidth": 14, "boxHeight": 2}}
    },
    "scales": {
        "x": {"ticks": {"color": "#9ca3af", "maxTicksLimit": 10, "maxRotation": 0}, "grid": {"display": False}},
        "y": {
            "beginAtZero": True,
            "ticks": {"color": "#9ca3af", "precision": 0, "maxTicksLimit": 6},
            "grid": {"color": "rgba(156, 163, 175, .2)"},
        },
    },
}
