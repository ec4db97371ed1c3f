# ruff: noqa: N815 - names as they are on the wire
"""The shape of the preset-events answer, for the OpenAPI document."""

from typing import Any

from rest_framework import serializers


class RatesAnswer(serializers.Serializer[Any]):
    applies = serializers.IntegerField()
    clears = serializers.IntegerField()
    net = serializers.IntegerField(help_text="Applies less clears.")
    clearRate = serializers.FloatField(help_text="Clears for each apply, four decimals; 0 without an apply.")


class WindowsAnswer(serializers.Serializer[Any]):
    short = RatesAnswer(help_text="The last 7 days.")
    medium = RatesAnswer(help_text="The last 30 days.")
    long = RatesAnswer(help_text="The last 90 days.")


class SourceBreakdownAnswer(RatesAnswer):
    source = serializers.CharField()  # type: ignore[assignment]  # a field of this name, as DRF allows
    cta = serializers.IntegerField(help_text="Applied from a card.")
    configurator = serializers.IntegerField(help_text="Applied in the configurator.")
    windows = WindowsAnswer()


class PresetBreakdownAnswer(RatesAnswer):
    presetId = serializers.CharField()
    presetLabel = serializers.CharField(allow_null=True, help_text="The label that was sent last.")
    cta = serializers.IntegerField(help_text="Applied from a card.")
    configurator = serializers.IntegerField(help_text="Applied in the configurator.")
    isRisky = serializers.BooleanField(
        help_text="Ten applies or more and a clear rate of 0.4 or more, in 30 or 90 days."
    )
    riskReason = serializers.CharField(allow_null=True)
    windows = WindowsAnswer()


class TrendAnswer(serializers.Serializer[Any]):
    applyAvg7 = serializers.FloatField()
    applyAvg30 = serializers.FloatField()
    netAvg7 = serializers.FloatField()
    clearRate7 = serializers.FloatField()
    totalAvg30 = serializers.FloatField()
    totalMin30 = serializers.IntegerField()
    totalMax30 = serializers.IntegerField()


class DayCountsAnswer(serializers.Serializer[Any]):
    presetCtaApply = serializers.IntegerField()
    presetConfiguratorApply = serializers.IntegerField()
    presetConfiguratorClear = serializers.IntegerField()


class DayTotalsAnswer(RatesAnswer):
    total = serializers.IntegerField()


class DayAnswer(serializers.Serializer[Any]):
    date = serializers.DateField()
    counts = DayCountsAnswer()
    totals = DayTotalsAnswer()
    trend = TrendAnswer(allow_null=True, help_text="Null when nothing happened in the 30 days that end here.")


class AlertAnswer(RatesAnswer):
    code = serializers.ChoiceField(choices=["preset-cleared-too-often"])
    severity = serializers.ChoiceField(choices=["warning"])
    presetId = serializers.CharField()
    presetLabel = serializers.CharField(allow_null=True)
    window = serializers.ChoiceField(choices=["medium", "long"])
    windowDays = serializers.IntegerField()
    message = serializers.CharField()


class SourceCountAnswer(serializers.Serializer[Any]):
    eventType = serializers.CharField()
    source = serializers.CharField(help_text="`unknown` when it named none.")  # type: ignore[assignment]  # as above
    count = serializers.IntegerField(min_value=1)


class WindowAnswer(serializers.Serializer[Any]):
    days = serializers.IntegerField()
    start = serializers.DateField()


class TotalsAnswer(serializers.Serializer[Any]):
    preset_cta_apply = serializers.IntegerField()
    preset_configurator_apply = serializers.IntegerField()
    preset_configurator_clear = serializers.IntegerField()


class BreakdownsAnswer(serializers.Serializer[Any]):
    presets = PresetBreakdownAnswer(many=True)
    sources = SourceBreakdownAnswer(many=True)
    riskyPresets = PresetBreakdownAnswer(many=True, help_text="Every risky preset, however short the asked window.")


class PresetEventsAnswer(serializers.Serializer[Any]):
    window = WindowAnswer()
    totals = TotalsAnswer()
    sources = SourceCountAnswer(many=True)
    timeline = DayAnswer(many=True, help_text="One entry for each day of the window, the oldest first.")
    breakdowns = BreakdownsAnswer()
    alerts = AlertAnswer(many=True, help_text="One for each risky preset.")


_SHORT = {"applies": 1, "clears": 0, "net": 1, "clearRate": 0.0}
_WHOLE = {"applies": 6, "clears": 1, "net": 5, "clearRate": 0.1667}
_WINDOWS = {"short": _SHORT, "medium": _WHOLE, "long": _WHOLE}
EXAMPLE: dict[str, Any] = {
    "window": {"days": 1, "start": "2026-02-03"},
    "totals": {"preset_cta_apply": 1, "preset_configurator_apply": 0, "preset_configurator_clear": 0},
    "sources": [{"eventType": "preset_cta_apply", "source": "marketing-card", "count": 1}],
    "timeline": [
        {
            "date": "2026-02-03",
            "counts": {"presetCtaApply": 1, "presetConfiguratorApply": 0, "presetConfiguratorClear": 0},
            "totals": {"applies": 1, "clears": 0, "total": 1, "net": 1, "clearRate": 0.0},
            "trend": {
                "applyAvg7": 0.1429,
                "applyAvg30": 0.2,
                "netAvg7": 0.1429,
                "clearRate7": 0.0,
                "totalAvg30": 0.2333,
                "totalMin30": 0,
                "totalMax30": 3,
            },
        }
    ],
    "breakdowns": {
        "presets": [
            {
                "presetId": "p1",
                "presetLabel": "Launch",
                "cta": 1,
                "configurator": 0,
                **_SHORT,
                "isRisky": False,
                "riskReason": None,
                "windows": _WINDOWS,
            }
        ],
        "sources": [{"source": "marketing-card", "cta": 1, "configurator": 0, **_SHORT, "windows": _WINDOWS}],
        "riskyPresets": [],
    },
    "alerts": [],
}
