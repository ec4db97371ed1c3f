"""Where the API of analytics is."""

from analytics.api.offer_events import OfferEventBatchView, OfferEventsView
from analytics.api.preset_events import PresetEventsView
from analytics.api.web_offer_events import WebOfferEventsView
from smplat.api.routes import both_slash_forms

urlpatterns = [
    *both_slash_forms("api/v1/analytics/offer-events", OfferEventsView.as_view(), name="offer-events"),
    *both_slash_forms("api/v1/analytics/offer-events/batch", OfferEventBatchView.as_view(), name="offer-event-batch"),
    *both_slash_forms("api/v1/analytics/preset-events", PresetEventsView.as_view(), name="preset-events"),
    *both_slash_forms("api/analytics/offer-events", WebOfferEventsView.as_view(), name="web-offer-events"),
]
