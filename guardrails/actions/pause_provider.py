"""A person stops a provider, and with it every prompt about its orders."""

from datetime import datetime

from guardrails.errors import ProviderNotFound, ProviderPaused
from guardrails.models import Provider
from smplat.db import transaction
from smplat.operations.holds import Subject, place_hold
from smplat.operations.models import HoldScope


def pause_provider(*, provider_id: str, reason: str, by: str, now: datetime) -> None:
    """Mark the provider as paused and hold its orders until it is resumed; both or neither.

    Raises:
        ProviderNotFound: there is no such provider.
        ProviderPaused: somebody was faster.
    """
    with transaction():
        if not Provider.objects.filter(pk=provider_id, is_paused=False).update(is_paused=True, paused_at=now):
            raise ProviderPaused if Provider.objects.filter(pk=provider_id).exists() else ProviderNotFound
        place_hold(subject=Subject(HoldScope.PROVIDER, provider_id), reason=reason, by=by, until=None, now=now)
