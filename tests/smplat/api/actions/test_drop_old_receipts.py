"""Receipts go when nobody can need them any more."""

from datetime import timedelta

import pytest

from smplat import clock
from smplat.api.actions.drop_old_receipts import RETENTION, drop_old_receipts
from smplat.api.models import IdempotencyReceipt


@pytest.mark.django_db(transaction=True)
def test_only_receipts_past_the_retention_are_dropped() -> None:
    now = clock.now()
    for key, age in (("young", RETENTION - timedelta(minutes=1)), ("old", RETENTION + timedelta(minutes=1))):
        IdempotencyReceipt.objects.create(
            client_id=0, key=key, fingerprint="f", status=200, body="{}", created_at=now - age
        )
    assert drop_old_receipts(now=now) == 1
    assert list(IdempotencyReceipt.objects.values_list("key", flat=True)) == ["young"]
