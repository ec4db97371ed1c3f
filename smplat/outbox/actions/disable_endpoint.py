"""Stop sending to a receiver that told us to."""

from smplat.db import transaction
from smplat.outbox.models import WebhookEndpoint


def disable_endpoint(*, endpoint_id: int, because: str) -> bool:
    """Switch an endpoint off and say why; answers whether it was on. Twice is once."""
    with transaction():
        active = WebhookEndpoint.objects.filter(pk=endpoint_id, is_active=True)
        return bool(active.update(is_active=False, disabled_because=because))
