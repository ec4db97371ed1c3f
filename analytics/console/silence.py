"""A shop that has gone silent."""

from collections.abc import Iterator
from datetime import timedelta

from django.urls import reverse

from analytics.models import OfferRollup
from smplat.api.models import ApiKey
from smplat.console.attention import AttentionContext, Card, Severity

# A shop that had traffic within the day and sends nothing for so long has probably lost its tag or its key.
SILENCE = timedelta(minutes=30)
SILENCE_REMEMBERED = timedelta(days=1)


def nothing_arrives(context: AttentionContext) -> Iterator[Card]:
    """Offer events arriving while keys are in use"""
    newest = (
        OfferRollup.objects.filter(bucket__lte=context.now).order_by("-bucket").values_list("bucket", flat=True).first()
    )
    was_used = ApiKey.objects.filter(last_used_at__gte=context.now - SILENCE_REMEMBERED, revoked_at=None).exists()
    if was_used and newest is not None and newest < context.now - SILENCE - timedelta(minutes=15):
        yield Card(
            title="No offer events arrive",
            count=0,
            detail=f"Nothing for more than {int(SILENCE.total_seconds() // 60)} minutes, though a key was used within the day.",
            url=reverse("admin:analytics_offerevent_changelist"),
            severity=Severity.WARNING,
            permission="analytics.view_offerevent",
            oldest_at=newest,
        )
