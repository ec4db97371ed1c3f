"""The vocabulary of transactions holds what it promises."""

import pytest
from django.contrib.auth import get_user_model

from smplat import db


@pytest.mark.django_db
def test_a_rehearsal_keeps_nothing() -> None:
    with db.rehearsal(), db.transaction():
        get_user_model().objects.create(username="ghost")
    assert not get_user_model().objects.filter(username="ghost").exists()


@pytest.mark.django_db(transaction=True)
def test_a_transaction_inside_a_transaction_is_refused() -> None:
    with db.transaction(), pytest.raises(RuntimeError), db.transaction():
        pass


@pytest.mark.django_db(transaction=True)
def test_a_savepoint_needs_a_transaction() -> None:
    with pytest.raises(db.NoTransaction), db.savepoint():
        pass
