"""The reports page's chart, as the values its canvas carries."""

import json

from analytics.console.funnel_chart import OPTIONS, draw_line
from onboarding.queries.variants import Trend

# Readable on white and on the dark background, and told apart by people who see red and green alike.
COLOURS = ("#3b82f6", "#d97706", "#059669", "#a855f7", "#9ca3af")


def draw_trend(trend: Trend) -> dict[str, str]:
    """JSON of the chart and of its options."""
    lines = [
        draw_line(slug, colour, counts) for colour, (slug, counts) in zip(COLOURS, trend.orders.items(), strict=False)
    ]
    labels = [f"{day:%d %b}" for day in trend.days]
    return {"value": json.dumps({"labels": labels, "datasets": lines}), "options": json.dumps(OPTIONS)}
