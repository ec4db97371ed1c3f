"""A person lets a paused provider work again."""

from datetime import datetime

from guardrails.errors import ProviderNotFound, ProviderNotPaused
from guardrails.models import Provider
from smplat.db import transaction
from smplat.operations.holds import Subject, release_holds
from smplat.operations.models import HoldScope


def resume_provider(*, provider_id: str, by: str, now: datetime) -> None:
    """Mark the provider as working and release every hold on it; what waited is looked at by the next sweeps.

    Raises:
        ProviderNotFound: there is no such provider.
        ProviderNotPaused: it works already.
    """
    with transaction():
        if not Provider.objects.filter(pk=provider_id, is_paused=True).update(is_paused=False, paused_at=None):
            raise ProviderNotPaused if Provider.objects.filter(pk=provider_id).exists() else ProviderNotFound
        release_holds(subject=Subject(HoldScope.PROVIDER, provider_id), by=by, now=now)
