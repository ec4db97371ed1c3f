"""History names who acted and why, whichever door they came through; PostgreSQL keeps it as it was."""

from datetime import UTC, datetime
from typing import Any

import pytest
import structlog
from celery import shared_task
from django.contrib.auth import get_user_model
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from smplat import history
from smplat.api.keys import KeyKind, generate_key, hash_key
from smplat.api.models import ApiClient, ApiKey
from smplat.operations import switches
from smplat.operations.history_middleware import HistoryMiddleware
from smplat.operations.models import SwitchState
from smplat.operations.switches import Switch

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)

pytestmark = pytest.mark.django_db(transaction=True)


def contexts(model: Any) -> list[dict[str, str]]:
    return [event.pgh_context for event in model.pgh_event_model.objects.order_by("pgh_id")]


def flip() -> SwitchState:
    return SwitchState.objects.create(name="x", is_on=False, reason="r", changed_by="b", changed_at=NOW)


@shared_task(name="test.flip")
def flip_in_a_task() -> None:
    flip()


def test_a_task_is_named() -> None:
    flip_in_a_task.apply()
    assert contexts(SwitchState)[0]["who"] == "task:test.flip"


def test_a_command_is_named_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["manage.py", "switch", "off"])
    monkeypatch.setitem(switches._switches, "x", Switch(name="x", title="X", stops="Nothing.", safe_value=True))
    call_command("switch", "off", "x", "--reason", "smoke")
    [context] = contexts(SwitchState)
    assert (context["who"].split(" by ")[0], context["why"]) == ("command:switch", "smoke")


def test_a_person_in_the_console_is_named_with_the_request() -> None:
    def flip_on_a_page(_request: HttpRequest) -> HttpResponse:
        flip()
        return HttpResponse()

    request = RequestFactory().post("/admin/switches/")
    request.user = get_user_model()(username="alice")
    with structlog.contextvars.bound_contextvars(request_id="r-1"):
        HistoryMiddleware(flip_on_a_page)(request)
    assert contexts(SwitchState) == [{"who": "user:alice", "request_id": "r-1", "url": "/admin/switches/"}]


def test_a_caller_of_the_api_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(switches._switches, "x", Switch(name="x", title="X", stops="Nothing.", safe_value=True))
    key = generate_key(KeyKind.SECRET)
    pager = ApiClient.objects.create(name="pager")
    ApiKey.objects.create(client=pager, name="test", hash=hash_key(key), scopes=["switches:write"])
    url = "/api/v1/operations/switches/x"
    Client().post(url, {"on": False, "reason": "smoke"}, "application/json", headers={"X-API-Key": key})
    [context] = contexts(SwitchState)
    assert (context["who"], context["why"], context["url"]) == ("client:pager", "smoke", url)
    assert context["request_id"]


def test_a_reason_ends_with_its_block() -> None:
    with history.acting(who="user:alice"):
        with history.why("first"):
            row = flip()
        row.delete()
    assert [(context["who"], context.get("why")) for context in contexts(SwitchState)] == [
        ("user:alice", "first"),
        ("user:alice", None),
    ]


def test_what_no_door_names_is_named_after_the_process() -> None:
    connection.close()
    flip()
    assert contexts(SwitchState)[0]["who"] == history.process_name()


def test_a_package_that_runs_is_named_by_its_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["/srv/smplat/demo/__main__.py", "--port", "8000"])
    assert history.process_name().startswith("program:demo by ")


def test_deletes_are_kept() -> None:
    flip().delete()
    labels = list(SwitchState.pgh_event_model.objects.order_by("pgh_id").values_list("pgh_label", flat=True))
    assert labels == ["insert", "delete"]


@pytest.mark.parametrize(
    "change",
    ["UPDATE operations_switchstatehistoryevent SET reason = ''", "DELETE FROM operations_switchstatehistoryevent"],
)
def test_history_cannot_be_rewritten(change: str) -> None:
    flip()
    with pytest.raises(DatabaseError, match="append_only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)
    assert SwitchState.pgh_event_model.objects.get().reason == "r"
