"""A restart of the database costs no request an error, and an outage is told within two seconds."""

import copy
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from typing import ClassVar

import pytest
from django.conf import settings
from django.db import OperationalError, connection, connections

from smplat.postgresql.base import DatabaseWrapper
from smplat.postgresql.connection import WebConnection, this_thread

pytestmark = [pytest.mark.fault, pytest.mark.django_db(transaction=True)]


class _Pooled(DatabaseWrapper):
    """With a pool of its own: Django keeps pools by alias, and receivers of its signals look the alias up."""

    _connection_pools: ClassVar = {}


def _pooled(**changes: object) -> DatabaseWrapper:
    facts = copy.deepcopy(connections["default"].settings_dict) | changes
    facts["OPTIONS"] = facts["OPTIONS"] | {
        "pool": {
            "connection_class": WebConnection,
            "min_size": 1,
            "max_size": 1,
            "timeout": settings.WEB_DATABASE_WAIT_SECONDS,
            "reconnect_timeout": 1.0,
        }
    }
    return _Pooled(facts, alias="default")


@pytest.fixture(autouse=True)
def _nobody_was_told(monkeypatch) -> None:
    monkeypatch.setattr(this_thread, "told_at", float("-inf"))


@pytest.fixture
def pooled() -> Iterator[DatabaseWrapper]:
    _Pooled._connection_pools.clear()
    wrapper = _pooled()
    yield wrapper
    wrapper.close()
    wrapper.close_pool()


def _backend(wrapper: DatabaseWrapper) -> int:
    with wrapper.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return cursor.fetchone()[0]


def test_a_connection_that_the_server_ended_is_replaced_before_it_is_used(pooled) -> None:
    ended = _backend(pooled)
    pooled.close()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [ended])
    assert _backend(pooled) != ended


def test_a_healthy_connection_is_used_again(pooled) -> None:
    first = _backend(pooled)
    pooled.close()
    assert _backend(pooled) == first


def test_a_database_that_is_away_is_told_within_two_seconds() -> None:
    # Nothing listens on the discard port.
    _Pooled._connection_pools.clear()
    away = _pooled(HOST="127.0.0.1", PORT="9")
    assert settings.WEB_DATABASE_WAIT_SECONDS < 2
    with pytest.raises(OperationalError, match=f"after {settings.WEB_DATABASE_WAIT_SECONDS:.2f} sec"):
        _backend(away)
    # What the same request asks next does not wait as long again.
    with pytest.raises(OperationalError, match="a moment ago"):
        _backend(away)
    away.close_pool()


def test_web_processes_do_not_wait_for_a_machine_that_vanished() -> None:
    script = (
        "import json; from smplat.settings import DATABASES;"
        "print(json.dumps({**DATABASES['default']['OPTIONS'], 'pool': None}))"
    )
    environment = os.environ | {
        "SMPLAT_PROCESS": "web",
        "ENVIRONMENT": "development",
        "DATABASE_URL": "postgresql://db.example.com/smplat?keepalives_idle=60",
        "REDIS_URL": "redis://redis.example.com",
    }
    ran = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True)
    options = json.loads(ran.stdout)
    assert options["tcp_user_timeout"] == 1500
    # What the deployment says itself counts.
    assert options["keepalives_idle"] == "60"
