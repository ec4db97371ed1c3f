"""The first page stays cheap however much there is: it never counts a table of events."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from smplat.console.models import User

pytestmark = pytest.mark.django_db

# Tables that grow with traffic; a bounded count (a subquery with a LIMIT) is fine.
_GROWING = (
    "checkout_offer_events",
    "analytics_offer_event_keys",
    "analytics_ingest_receipts",
    "analytics_quarantined_events",
)


def test_no_growing_table_is_counted(person: Callable[..., User]) -> None:
    client = Client()
    client.force_login(person("ada", "admin"))
    with CaptureQueriesContext(connection) as captured:
        assert client.get("/admin/").status_code == 200
    counts = [
        entry["sql"] for entry in captured if "COUNT(" in entry["sql"].upper() and "LIMIT" not in entry["sql"].upper()
    ]
    assert [sql for sql in counts if any(f'FROM "{table}"' in sql for table in _GROWING)] == []
