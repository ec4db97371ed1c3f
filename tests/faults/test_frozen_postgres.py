"""PostgreSQL is frozen, as by SIGSTOP or a network that drops what it is sent: told soon, over when it goes on, nothing done twice.

Whoever waited for it would find out only when it goes on, which no test here lets it do before it has its answer.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from smplat.operations.worker import schedule_heartbeat
from smplat.postgresql import connection
from smplat.postgresql.connection import PATIENCE_SECONDS, Connection, WebConnection
from tests.analytics.making import sent
from tests.faults.frozen import OwnServers, own_servers
from tests.faults.processes import Answer, Running, eventually, get, locked, post, send, web_server, worker

# The test database is only copied from.
pytestmark = [pytest.mark.fault, pytest.mark.django_db]

BATCH = "/api/v1/analytics/offer-events/batch"
KEYS = "analytics_offer_event_keys"


@pytest.fixture(scope="module")
def _servers(tmp_path_factory, django_db_setup) -> Iterator[OwnServers]:
    with own_servers(tmp_path_factory.mktemp("servers") / "state") as started:
        yield started


@pytest.fixture
def servers(_servers) -> OwnServers:
    """With no offer event."""
    with _servers.connect() as session:
        session.execute(f"TRUNCATE {KEYS}")
    return _servers


@pytest.fixture
def web(servers, tmp_path: Path) -> Iterator[Running]:
    with web_server(tmp_path, **servers.environment) as started:
        yield started


def assert_told(answer: Answer) -> None:
    assert answer.status == 503
    assert answer.headers["Retry-After"]


def stored_once(servers: OwnServers, event_id: str) -> bool:
    with servers.connect() as session:
        found = session.execute("SELECT count(*) FROM checkout_offer_events WHERE event_id = %s", [event_id]).fetchone()
    return found == (1,)


def test_requests_are_told_at_once_and_served_again_without_a_restart(servers, web) -> None:
    # A batch asks for a switch first and a page for its session: each would wait more than once.
    requests = [
        lambda: get(f"{web.url}/api/v1/orders"),
        lambda: get(f"{web.url}/admin/", Cookie=f"sessionid={'a' * 32}"),
        lambda: post(web.url + BATCH, [sent()]),
    ] * 4

    with ThreadPoolExecutor(len(requests)) as pool:

        def ask_all() -> list[Answer]:
            return list(pool.map(lambda ask: ask(), requests))

        assert all(answer.status < 500 for answer in ask_all())
        with servers.frozen_postgres():
            # First on connections that were kept, then on none.
            for answer in [*ask_all(), *ask_all()]:
                assert_told(answer)
            assert get(f"{web.url}/healthz").status == 200
            assert_told_not_ready(get(f"{web.url}/api/v1/readyz?strict=1"))
        assert eventually(lambda: all(answer.status < 500 for answer in ask_all()))


def assert_told_not_ready(answer: Answer) -> None:
    assert (answer.status, answer.data["components"]["database"]["status"]) == (503, "error")


def test_what_a_transaction_had_begun_is_undone_and_can_be_sent_again(servers, web) -> None:
    event = sent(event_id=str(uuid4()))
    with locked(KEYS, url=servers.addresses.database_url) as is_awaited:
        assert_told(frozen_answer(servers, web, event, once=is_awaited))
    assert eventually(lambda: has_no_session_of_the_web(servers))
    assert not stored_once(servers, event["event_id"])
    send_until_served(web, event)
    assert stored_once(servers, event["event_id"])


def test_a_commit_that_was_on_its_way_may_have_happened_and_does_not_happen_twice(servers, web) -> None:
    event = sent(event_id=str(uuid4()))
    with waiting_in_commit(servers) as is_awaited:
        assert_told(frozen_answer(servers, web, event, once=is_awaited))
    # It read COMMIT before it was frozen.
    assert eventually(lambda: stored_once(servers, event["event_id"]))
    assert send_until_served(web, event).data["duplicate"] == 1
    assert stored_once(servers, event["event_id"])


def send_until_served(web: Running, event: dict) -> Answer:
    """The storefront's way with a 503: the same again."""
    answers: list[Answer] = []
    assert eventually(lambda: answers.append(post(web.url + BATCH, [event])) or answers[-1].status == 202)
    return answers[-1]


def frozen_answer(servers: OwnServers, web: Running, event: dict, *, once: Callable[[], bool]) -> Answer:
    """The answer to a batch during which the server froze."""
    with ThreadPoolExecutor(1) as pool:
        answer: Future[Answer] = pool.submit(post, web.url + BATCH, [event])
        assert eventually(once)
        with servers.frozen_postgres():
            return answer.result()


def has_no_session_of_the_web(servers: OwnServers) -> bool:
    busy = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state <> 'idle'"
    with servers.connect() as session:
        return session.execute(f"{busy} AND pid <> pg_backend_pid()").fetchone() == (0,)


@contextmanager
def waiting_in_commit(servers: OwnServers) -> Iterator[Callable[[], bool]]:
    """Whoever commits an event with an id stops right there; yields whether somebody does."""
    with servers.connect() as session, servers.connect() as watcher:
        session.execute("SELECT pg_advisory_lock(7)")
        session.execute(
            "CREATE FUNCTION wait_in_commit() RETURNS trigger LANGUAGE plpgsql AS"
            " 'BEGIN PERFORM pg_advisory_xact_lock(7); RETURN NULL; END'"
        )
        session.execute(
            f"CREATE CONSTRAINT TRIGGER waits AFTER INSERT ON {KEYS} DEFERRABLE INITIALLY DEFERRED"
            " FOR EACH ROW EXECUTE FUNCTION wait_in_commit()"
        )
        yield lambda: watcher.execute("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted").rowcount > 0
        session.execute("SELECT pg_advisory_unlock(7)")
        # Waits for the transaction that was held up.
        session.execute("DROP FUNCTION wait_in_commit() CASCADE")


def test_a_slow_statement_is_not_cut_off(servers) -> None:
    with WebConnection.connect(servers.addresses.database_url) as slow:
        assert slow.execute("SELECT 'done' FROM pg_sleep(4)").fetchone() == ("done",)


def test_a_server_that_has_no_room_for_a_newcomer_answers_all_the_same(servers) -> None:
    with servers.connect() as session:
        session.execute("CREATE ROLE narrow LOGIN CONNECTION LIMIT 1")
    with WebConnection.connect(servers.addresses.database_url, user="narrow") as slow:
        assert slow.execute("SELECT 'done' FROM pg_sleep(2)").fetchone() == ("done",)


def copy_much(session: Connection) -> None:
    with session.cursor().copy("COPY pg_temp.filled FROM STDIN") as copy:
        # More than all buffers on the way take.
        for _ in range(1000):
            copy.write("x" * 100_000 + "\n")


@pytest.mark.parametrize(
    "act",
    [
        lambda session: session.execute("SELECT 1"),
        Connection.commit,
        copy_much,
    ],
    ids=["statement", "commit", "copy"],
)
def test_whatever_waits_gives_its_connection_up(servers, act: Callable[[Connection], object]) -> None:
    session = WebConnection.connect(servers.addresses.database_url)
    session.execute("CREATE TEMPORARY TABLE filled (text text)")
    with servers.frozen_postgres():
        with pytest.raises(psycopg.OperationalError, match="does not answer"):
            act(session)
        assert session.closed


def test_one_newcomer_serves_all_that_wait(monkeypatch) -> None:
    asked: list[bytes] = []
    now = [0.0]
    monkeypatch.setattr(connection, "monotonic", lambda: now[0])
    monkeypatch.setattr(connection, "_says_something", lambda conninfo, _: asked.append(conninfo) is None)
    server = connection._Server("host=here")
    for moment in (0.0, 0.1, PATIENCE_SECONDS, PATIENCE_SECONDS + 0.1):
        now[0] = moment
        assert server.answers(within_seconds=1)
    assert asked == [b"host=here"] * 2


def test_a_worker_gives_up_what_it_was_doing_and_goes_on_without_a_restart(servers, broker, tmp_path: Path) -> None:
    def folded() -> object:
        with servers.connect() as session:
            heartbeat = "SELECT last_success_at FROM operations_heartbeat WHERE name = %s"
            return session.execute(heartbeat, [schedule_heartbeat("fold-offer-rollups")]).fetchone()

    with worker(tmp_path, broker.url, DATABASE_URL=servers.addresses.database_url) as started:
        with locked("analytics_offer_rollups", url=servers.addresses.database_url) as is_awaited:
            send(broker.url, "analytics.fold_offer_rollups")
            assert eventually(is_awaited)
            with servers.frozen_postgres():
                assert eventually(lambda: "task_failed" in started.log.read_text())
        assert folded() is None
        send(broker.url, "analytics.fold_offer_rollups")
        assert eventually(lambda: folded() is not None), started.log.read_text()[-2000:]
