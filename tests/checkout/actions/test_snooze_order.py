"""A snoozed order is left alone until a moment."""

from datetime import timedelta

import pytest

from checkout.actions.snooze_order import snooze_order, wake_order
from checkout.errors import NothingToRecover, OrderNotFound, SnoozeNotAhead
from smplat.ids import new_id
from smplat.operations.models import Hold
from tests.checkout.recovery import HOUR, LATER

pytestmark = pytest.mark.django_db


def snooze(order_id, until=LATER + 5 * HOUR):
    snooze_order(order_id=order_id, until=until, reason="pays on Friday", by="ada", now=LATER)


def test_snoozing_holds_the_order_until_then(place):
    order = place()
    snooze(order.pk)
    hold = Hold.objects.get()
    assert (hold.scope, hold.subject, hold.until, hold.reason) == (
        "order",
        str(order.pk),
        LATER + 5 * HOUR,
        "pays on Friday",
    )


def test_a_later_snooze_replaces_the_earlier(place):
    order = place()
    snooze(order.pk)
    snooze(order.pk, until=LATER + HOUR)
    assert Hold.objects.get(released_at__isnull=True).until == LATER + HOUR


def test_waking_releases_it(place):
    order = place()
    snooze(order.pk)
    assert wake_order(order_id=order.pk, by="bob", now=LATER) == 1
    assert Hold.objects.get().released_by == "bob"


@pytest.mark.parametrize("until", [LATER, LATER + timedelta(days=91)])
def test_the_moment_lies_ahead_and_not_too_far(place, until):
    with pytest.raises(SnoozeNotAhead):
        snooze(place().pk, until=until)
    assert not Hold.objects.exists()


def test_an_order_that_is_over_needs_no_snooze(place):
    order = place()
    type(order).objects.update(status="completed")
    with pytest.raises(NothingToRecover):
        snooze(order.pk)
    assert not Hold.objects.exists()


def test_an_unknown_order_is_not_found(db):
    with pytest.raises(OrderNotFound):
        snooze(new_id())
