"""Give an endpoint a fresh signing secret."""

import base64
import secrets
from datetime import datetime, timedelta

from smplat.db import transaction
from smplat.outbox.models import WebhookEndpoint, WebhookSecret

# Both secrets sign for a day: time to put the new one into the receiver.
OVERLAP = timedelta(hours=24)
SECRET_BYTES = 32


def rotate_webhook_secret(*, endpoint_id: int, now: datetime) -> str:
    """Make a new secret and answer it, the only time it is shown; the former one signs beside it for a day.

    Two rotations at once queue on the endpoint's row.

    Raises:
        WebhookEndpoint.DoesNotExist: there is no such endpoint.
    """
    secret = "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
    with transaction():
        endpoint = WebhookEndpoint.objects.select_for_update().get(pk=endpoint_id)
        endpoint.secrets.filter(expires_at__isnull=True).update(expires_at=now + OVERLAP)
        WebhookSecret.objects.create(endpoint=endpoint, secret=secret, created_at=now)
    return secret
