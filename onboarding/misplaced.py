"""Journeys whose turn no longer fits what is held: which ones to look at after a hold was placed or has ended, in SQL.

Orders that move tell onboarding themselves (`checkout.order.moved`); a hold ends by time alone, so it has to be looked for.
"""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from checkout.models import OrderItem
from onboarding.models import Journey, SlaTurn
from onboarding.states import JourneyStatus, Side
from smplat.operations.models import Hold, HoldScope


def misplaced_journeys(*, now: datetime) -> QuerySet[Journey]:
    """Open journeys that a hold should have given to another side, and those that only an ended hold kept where they are."""
    in_force = Hold.objects.filter(released_at__isnull=True).exclude(until__lte=now)
    subjects = {
        scope: set(in_force.filter(scope=scope).values_list("subject", flat=True))
        for scope in (HoldScope.ORDER, HoldScope.PROVIDER, HoldScope.EVERYTHING)
    }
    at_held_provider = Exists(
        OrderItem.objects.filter(order=OuterRef("order"), provider_id__in=subjects[HoldScope.PROVIDER])
    )
    is_held_by_us = Q() if subjects[HoldScope.EVERYTHING] else Q(order_id__in=subjects[HoldScope.ORDER])
    newest = SlaTurn.objects.filter(journey=OuterRef("pk")).order_by("-at", "-id")
    open_journeys = Journey.objects.exclude(status=JourneyStatus.COMPLETED).alias(
        turn_reason=Subquery(newest.values("reason")[:1])
    )
    wrong = Q(Q(turn=Side.PROVIDER), ~at_held_provider)
    if subjects[HoldScope.PROVIDER]:
        wrong |= Q(Q(turn__in=(Side.CLIENT, Side.US)), at_held_provider)
    if any(subjects[scope] for scope in (HoldScope.ORDER, HoldScope.EVERYTHING)):
        wrong |= Q(turn=Side.CLIENT) & is_held_by_us
    if not subjects[HoldScope.EVERYTHING]:
        wrong |= Q(turn=Side.US, turn_reason="held") & ~is_held_by_us
    return open_journeys.filter(wrong)
