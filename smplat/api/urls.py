"""The API's description of itself."""

from smplat.api.documents import openapi_json, reference_page
from smplat.api.metrics import metrics
from smplat.api.routes import both_slash_forms

urlpatterns = [
    *both_slash_forms("metrics", metrics, name="metrics"),
    *both_slash_forms("openapi.json", openapi_json, name="openapi"),
    *both_slash_forms("api/v1/openapi.json", openapi_json, name="openapi-versioned"),
    *both_slash_forms("docs", reference_page, name="reference"),
    *both_slash_forms("api/v1/docs", reference_page, name="reference-versioned"),
]
