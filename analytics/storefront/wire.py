"""The part of our public wire that storefront traffic is made of, as a client outside the platform knows it."""

EVENT_PATH = "/api/v1/analytics/offer-events"
BATCH_PATH = "/api/v1/analytics/offer-events/batch"
WEB_EVENT_PATH = "/api/analytics/offer-events"
ORDERS_PATH = "/api/v1/orders"
STAGE_EVENTS_PATH = "/api/v1/checkout/orchestrations/{order_id}/events"

# One batch request may hold no more (contract of the batch endpoint).
BATCH_MAX_EVENTS = 1_000
BATCH_MAX_BYTES = 1024 * 1024

JSON = "application/json"
NDJSON = "application/x-ndjson"
