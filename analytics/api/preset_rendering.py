"""The preset report as storefronts read it. Totals are snake_case and the rest camelCase: so the wire was always."""

from typing import Any

from analytics.rules.preset_report import (
    COHORT_DAYS,
    Day,
    PresetBreakdown,
    PresetReport,
    Risk,
    SourceBreakdown,
    Tally,
    Trend,
)
from analytics.vocabulary import EventType


def render_report(report: PresetReport) -> dict[str, Any]:
    """The whole answer."""
    return {
        "window": {"days": report.window_days, "start": report.start.isoformat()},
        "totals": {
            EventType.PRESET_CTA_APPLY.value: report.totals.cta,
            EventType.PRESET_CONFIGURATOR_APPLY.value: report.totals.configurator,
            EventType.PRESET_CONFIGURATOR_CLEAR.value: report.totals.clears,
        },
        "sources": [
            {"eventType": entry.event_type, "source": entry.source, "count": entry.count}
            for entry in report.source_counts
        ],
        "timeline": [_day(day) for day in report.timeline],
        "breakdowns": {
            "presets": [_preset(preset) for preset in report.presets],
            "sources": [_source(source) for source in report.sources],
            "riskyPresets": [_preset(preset) for preset in report.risky_presets],
        },
        "alerts": [_alert(preset, preset.risk) for preset in report.risky_presets if preset.risk],
    }


def _day(day: Day) -> dict[str, Any]:
    return {
        "date": day.day.isoformat(),
        "counts": {
            "presetCtaApply": day.tally.cta,
            "presetConfiguratorApply": day.tally.configurator,
            "presetConfiguratorClear": day.tally.clears,
        },
        "totals": {
            "applies": day.tally.applies,
            "clears": day.tally.clears,
            "total": day.tally.total,
            "net": day.tally.net,
            "clearRate": day.tally.clear_rate,
        },
        "trend": _trend(day.trend) if day.trend else None,
    }


def _trend(trend: Trend) -> dict[str, Any]:
    return {
        "applyAvg7": trend.apply_average_7,
        "applyAvg30": trend.apply_average_30,
        "netAvg7": trend.net_average_7,
        "clearRate7": trend.clear_rate_7,
        "totalAvg30": trend.total_average_30,
        "totalMin30": trend.total_minimum_30,
        "totalMax30": trend.total_maximum_30,
    }


def _preset(preset: PresetBreakdown) -> dict[str, Any]:
    return {
        "presetId": preset.preset_id,
        "presetLabel": preset.label,
        **_figures(preset),
        "isRisky": preset.risk is not None,
        "riskReason": preset.risk.reason if preset.risk else None,
        "windows": _windows(preset),
    }


def _source(source: SourceBreakdown) -> dict[str, Any]:
    return {"source": source.source, **_figures(source), "windows": _windows(source)}


def _figures(breakdown: PresetBreakdown | SourceBreakdown) -> dict[str, Any]:
    tally = breakdown.tally
    return {"cta": tally.cta, "configurator": tally.configurator, **_rates(tally)}


def _windows(breakdown: PresetBreakdown | SourceBreakdown) -> dict[str, Any]:
    return {cohort.value: _rates(tally) for cohort, tally in breakdown.cohorts.items()}


def _rates(tally: Tally) -> dict[str, Any]:
    return {"applies": tally.applies, "clears": tally.clears, "net": tally.net, "clearRate": tally.clear_rate}


def _alert(preset: PresetBreakdown, risk: Risk) -> dict[str, Any]:
    """One alert for each risky preset, with the figures of the window that made it risky."""
    return {
        "code": "preset-cleared-too-often",
        "severity": "warning",
        "presetId": preset.preset_id,
        "presetLabel": preset.label,
        "window": risk.cohort.value,
        "windowDays": COHORT_DAYS[risk.cohort],
        **_rates(risk.tally),
        "message": f"Preset {preset.label or preset.preset_id}: {risk.reason}",
    }
