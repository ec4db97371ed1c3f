"""Switches are honoured by every process, and have an answer while the database is away."""

import subprocess
import sys
from datetime import UTC, datetime
from io import StringIO
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection
from django.test import Client

from smplat import clock, db
from smplat.api.keys import generate_key, hash_key
from smplat.api.models import ApiClient, ApiKey
from smplat.operations import switches
from smplat.operations.actions.flip_switch import flip_switch
from smplat.operations.durations import parse_duration
from smplat.operations.models import SwitchState
from smplat.operations.switches import Switch, UnknownSwitch

ENGINE = Switch(name="test.engine", title="Engine", stops="Nothing moves.", safe_value=False)
URL = "/api/v1/operations/switches/test.engine"
# Its clock stands where the last line it read says; it answers each line with how the switch stands for it then.
OTHER_PROCESS = """
import sys
from types import SimpleNamespace
from smplat.operations import switches
switches.declare(switches.Switch(name="test.engine", title="Engine", stops="Nothing moves.", safe_value=True))
for line in sys.stdin:
    switches.time = SimpleNamespace(monotonic=lambda: float(line))
    print("on" if switches.is_on("test.engine") else "off", flush=True)
"""


@pytest.fixture(autouse=True)
def _engine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(switches._switches, ENGINE.name, ENGINE)


@pytest.fixture
def headers() -> dict[str, str]:
    key = generate_key("secret")  # type: ignore[arg-type]
    client = ApiClient.objects.create(name="pager")
    ApiKey.objects.create(client=client, name="test", hash=hash_key(key), scopes=["switches:write"])
    return {"X-API-Key": key}


def test_an_undeclared_switch_is_a_mistake() -> None:
    with pytest.raises(UnknownSwitch):
        switches.is_on("test.nothing")


def test_declaring_a_name_twice_differently_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="twice"):
        switches.declare(Switch(name="test.engine", title="Another", stops="", safe_value=True))


def test_while_the_database_is_away_the_safe_value_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> None:
        raise DatabaseError

    monkeypatch.setattr(switches, "_read_flips", away)
    assert not switches.is_on("test.engine")


@pytest.mark.django_db
def test_a_process_asks_at_most_once_a_second(django_assert_num_queries) -> None:
    with django_assert_num_queries(1):
        for _ in range(100):
            switches.is_on("test.engine")


@pytest.mark.django_db(transaction=True)
def test_a_rehearsed_flip_is_forgotten() -> None:
    with db.rehearsal():
        flip_switch(name="test.engine", on=False, by="user:alice", reason="try", now=clock.now())
        assert not switches.is_on("test.engine")
    assert switches.is_on("test.engine")


@pytest.mark.django_db(transaction=True)
def test_another_process_follows_within_two_seconds() -> None:
    environment = {"DATABASE_URL": _test_database_url(), "REDIS_URL": settings.REDIS_URL, "ENVIRONMENT": "development"}
    other = subprocess.Popen(
        [sys.executable, "manage.py", "shell", "-v0", "-c", OTHER_PROCESS],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
        cwd=settings.BASE_DIR,
    )
    with other:
        assert _ask(other, at_seconds=100.0) == "on"
        flip_switch(name="test.engine", on=False, by="user:alice", reason="smoke", now=clock.now())
        # Asked right before the flip, it may believe the old answer for a second, and then asks again.
        assert _ask(other, at_seconds=101.0) == "on"
        assert _ask(other, at_seconds=101.5) == "off"


def _ask(other: subprocess.Popen[str], *, at_seconds: float) -> str:
    assert other.stdin is not None
    assert other.stdout is not None
    print(at_seconds, file=other.stdin, flush=True)
    return other.stdout.readline().strip()


def _test_database_url() -> str:
    parameters = connection.get_connection_params()
    # In the query, since the host of the embedded server is the folder of its socket.
    where = urlencode({name: parameters[name] for name in ("host", "port", "user") if parameters.get(name)})
    return f"postgresql:///{parameters['dbname']}?{where}"


@pytest.mark.django_db
def test_the_command_turns_off_lists_and_turns_on() -> None:
    out = StringIO()
    call_command("switch", "off", "test.engine", "--reason", "smoke", "--for", "2h", stdout=out)
    call_command("switch", "list", stdout=out)
    call_command("switch", "on", "test.engine", "--reason", "repaired", stdout=out)
    lines = out.getvalue().splitlines()
    assert lines[0].startswith("test.engine is off until ")
    assert any(line.startswith("OFF  test.engine") and line.endswith("smoke)") for line in lines)
    assert lines[-1] == "test.engine is on."


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "duration"), [("test.nothing", "1h"), ("test.engine", "soon"), ("test.engine", "91d")]
)
def test_the_command_refuses_with_a_sentence(name: str, duration: str) -> None:
    with pytest.raises(CommandError, match=name):
        call_command("switch", "off", name, "--reason", "smoke", "--for", duration)
    assert not SwitchState.objects.exists()


@pytest.mark.parametrize(("text", "seconds"), [("90s", 90), ("30m", 1800), ("2h", 7200), ("1d", 86400)])
def test_durations_are_read(text: str, seconds: int) -> None:
    assert parse_duration(text).total_seconds() == seconds


@pytest.mark.parametrize("text", ["", "0m", "-1h", "1w", "h", "91d", "1 h"])
def test_other_durations_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is"):
        parse_duration(text)


@pytest.mark.django_db(transaction=True)
def test_the_api_flips_and_lists(headers: dict[str, str]) -> None:
    answer = Client().post(URL, {"on": False, "reason": "smoke"}, "application/json", headers=headers)
    assert (answer.status_code, answer.json()["on"], answer.json()["changed_by"]) == (200, False, "client:pager")
    listed = Client().get("/api/v1/operations/switches/", headers=headers).json()["switches"]
    assert [entry["on"] for entry in listed if entry["name"] == "test.engine"] == [False]


@pytest.mark.django_db(transaction=True)
def test_the_api_flips_once_for_one_idempotency_key(headers: dict[str, str]) -> None:
    once = headers | {"Idempotency-Key": "first"}
    answers = [Client().post(URL, {"on": False, "reason": "smoke"}, "application/json", headers=once) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert answers[1].headers["Idempotency-Replayed"] == "true"
    assert SwitchState.pgh_event_model.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"on": True, "reason": "again"}, 409, "switch-unchanged"),
        ({"on": False}, 422, "validation-failed"),
        ({"on": "perhaps", "reason": "?"}, 422, "validation-failed"),
        ({"on": False, "reason": "x", "expires_at": "2020-01-01T00:00:00Z"}, 422, "expiry-passed"),
        ([], 422, "validation-failed"),
    ],
)
def test_the_api_refuses_with_a_code(headers: dict[str, str], body: object, status: int, code: str) -> None:
    answer = Client().post(URL, body, "application/json", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert not SwitchState.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_the_api_needs_the_scope(settings) -> None:
    settings.CHECKOUT_API_KEY = "storefront"
    answer = Client().get("/api/v1/operations/switches", headers={"X-API-Key": "storefront"})
    assert (answer.status_code, answer.json()["code"]) == (403, "scope-missing")


@pytest.mark.django_db(transaction=True)
def test_a_flip_without_end_is_told_without_one(headers: dict[str, str]) -> None:
    answer = Client().post(URL, {"on": False, "reason": "smoke"}, "application/json", headers=headers)
    assert answer.json()["expires_at"] is None
    assert datetime.fromisoformat(answer.json()["changed_at"]).tzinfo == UTC
