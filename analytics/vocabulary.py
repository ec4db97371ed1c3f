"""The known event types and the funnel stage each belongs to. Other types are welcome: they are stored, counted and listed."""

from collections.abc import Mapping
from types import MappingProxyType

from django.db import models


class EventType(models.TextChoices):
    """What storefronts are known to send. The column is free text; this list says what the platform understands."""

    # An offer came into the visitor's view, once for each time the page showed it.
    IMPRESSION = "impression", "Impression"
    # The visitor followed the offer's call to action; the name the first storefront uses.
    CTA_CLICK = "cta_click", "Call-to-action click"
    # The same, as other senders name it.
    CLICK = "click", "Click"
    # The offer went into the order.
    ACCEPT = "accept", "Accept"
    # The visitor closed the offer or said no.
    DISMISS = "dismiss", "Dismiss"
    # A preset was applied from a marketing card.
    PRESET_CTA_APPLY = "preset_cta_apply", "Preset applied from a card"
    # A preset was applied inside the configurator.
    PRESET_CONFIGURATOR_APPLY = "preset_configurator_apply", "Preset applied in the configurator"
    # A preset was taken off again inside the configurator.
    PRESET_CONFIGURATOR_CLEAR = "preset_configurator_clear", "Preset cleared in the configurator"


PRESET_EVENT_TYPES = (
    EventType.PRESET_CTA_APPLY,
    EventType.PRESET_CONFIGURATOR_APPLY,
    EventType.PRESET_CONFIGURATOR_CLEAR,
)


class FunnelStage(models.TextChoices):
    """The steps an offer is measured by."""

    # The offer was seen.
    IMPRESSIONS = "impressions", "Impressions"
    # The offer was clicked, under either name.
    CLICKS = "clicks", "Clicks"
    # The offer was accepted, with or without a click before it.
    ACCEPTS = "accepts", "Accepts"


# The one mapping from what arrives to what the funnel counts; a type that is not named here is in no stage.
STAGE_OF_EVENT_TYPE: Mapping[str, FunnelStage] = MappingProxyType(
    {
        EventType.IMPRESSION.value: FunnelStage.IMPRESSIONS,
        EventType.CTA_CLICK.value: FunnelStage.CLICKS,
        EventType.CLICK.value: FunnelStage.CLICKS,
        EventType.ACCEPT.value: FunnelStage.ACCEPTS,
    }
)
