"""The link to a client's own checklist."""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.urls import reverse

from checkout.links import Purpose, mint_token

# A nudge is read within days; the next one brings a fresh link. Short, since it opens the checklist without a login.
CHECKLIST_LINK_LIFETIME = timedelta(days=30)


def checklist_link(*, order_id: UUID, now: datetime) -> str:
    """The address in a nudge; it opens this one checklist and ends with its lifetime."""
    token = mint_token(order_id=order_id, purpose=Purpose.CHECKLIST, expires_at=now + CHECKLIST_LINK_LIFETIME)
    return settings.API_BASE_URL + reverse("onboarding-checklist", kwargs={"token": token})
