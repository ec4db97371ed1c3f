"""A statement that takes longer to send than anybody is patient is sent to its end."""

import pytest
from django.db import connection

from smplat.postgresql import connection as patient


@pytest.mark.django_db
def test_a_statement_larger_than_the_sockets_can_hold_is_sent_whole(monkeypatch):
    # Every wait is one that began anew.
    monkeypatch.setattr(patient, "PATIENCE_SECONDS", 0.0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT length(%s)", ["x" * 20_000_000])
        assert cursor.fetchone() == (20_000_000,)
