"""Routes that the storefront's own web tier used to answer. Its clients read the sentence of an error under `error`."""

from collections.abc import Mapping
from typing import ClassVar, Final

from rest_framework.response import Response

from smplat.api.exception_handler import as_refusal
from smplat.api.views import ApiView
from smplat.errors import Refusal

# What those clients compare with or show; other refusals are told in their own words.
SENTENCES: Final[Mapping[int, str]] = {401: "Authentication required.", 403: "Insufficient permissions."}


class WebTierView(ApiView):
    """An ApiView whose errors also carry `error`."""

    # What clients are told when the input is well-formed and still cannot be taken.
    failure: ClassVar[str] = "Failed to record event"

    def handle_exception(self, exc: Exception) -> Response:
        """Answer as every view does, with `error` beside `detail`."""
        refusal = as_refusal(exc)
        if refusal is None:
            return super().handle_exception(exc)
        refusal.extra.setdefault("error", self.sentence(refusal))
        return super().handle_exception(refusal)

    def sentence(self, refusal: Refusal) -> str:
        """The value of `error`."""
        if refusal.status in (422, 500, 503):
            return self.failure
        return SENTENCES.get(refusal.status, refusal.message)
