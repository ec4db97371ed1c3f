"""Keyset cursors: opaque, stable, and losing no sibling. Where the wire is a bare array the next one travels in `Link`."""

import base64
import binascii
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest

from smplat.api.errors import Detail, ValidationFailed


def encode_cursor(*, moment: datetime, row_id: UUID) -> str:
    """The place after a row in a list ordered by (moment, id)."""
    return base64.urlsafe_b64encode(f"{moment.isoformat()} {row_id}".encode()).decode().rstrip("=")


def decode_cursor(text: str) -> tuple[datetime, UUID]:
    """The (moment, id) of a cursor.

    Raises:
        ValidationFailed: it is none of ours.
    """
    try:
        moment, row_id = (
            base64.b64decode(f"{text}{'=' * (-len(text) % 4)}", altchars=b"-_", validate=True).decode().split(" ")
        )
        return _aware(datetime.fromisoformat(moment)), UUID(row_id)
    except (binascii.Error, ValueError):
        message = "The cursor is not one that this list gave out."
        raise ValidationFailed([Detail(type="value_error", loc=("query", "cursor"), msg=message)]) from None


def next_link(request: HttpRequest, *, cursor: str) -> dict[str, str]:
    """The `Link` header to the page that follows."""
    query = {name: request.GET[name] for name in request.GET if name not in {"cursor", "skip"}}
    url = request.build_absolute_uri(f"{request.path}?{urlencode({**query, 'cursor': cursor})}")
    return {"Link": f'<{url}>; rel="next"'}


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError
    return moment
