"""Embedded servers: whatever is killed, the next start works and committed rows are there."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from smplat.embedded import attach as embedded
from smplat.embedded.addresses import Addresses
from smplat.embedded.layout import CHECKOUT, SOCKET_PATH_MAX, Layout
from smplat.embedded.process import find_processes_in, read_command_line, wait_until_left

pytestmark = pytest.mark.fault

CLIENT = """
import dataclasses, json, sys
from pathlib import Path
from smplat.embedded.attach import attach
print(json.dumps(dataclasses.asdict(attach(Path(sys.argv[1])))), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def root(tmp_path: Path) -> Iterator[Path]:
    path = tmp_path / "state"
    yield path
    embedded.detach(path)
    embedded.wait_until_stopped(path, seconds=30)


def start_client(
    root: Path, *, prefix: tuple[str, ...] = (), checkout: Path = CHECKOUT, path: str | None = None
) -> tuple[subprocess.Popen[str], Addresses]:
    client = subprocess.Popen(
        [*prefix, sys.executable, "-c", CLIENT, str(root)],
        cwd=checkout,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | ({"PATH": path} if path else {}),
    )
    line = client.stdout.readline()
    assert line, "the client ended without addresses"
    return client, Addresses(**json.loads(line))


def end_client(client: subprocess.Popen[str]) -> None:
    """Leaves nothing open: each unclosed pipe would be a warning, and warnings are errors."""
    client.communicate(timeout=30)


def kill_client(client: subprocess.Popen[str]) -> None:
    client.kill()
    client.communicate()


def write_row(addresses: Addresses) -> None:
    with psycopg.connect(addresses.database_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE kept (number int)")
        connection.execute("INSERT INTO kept VALUES (7)")


def read_rows(addresses: Addresses) -> list[tuple[int]]:
    with psycopg.connect(addresses.database_url) as connection:
        return connection.execute("SELECT number FROM kept").fetchall()


def postmaster_pid(root: Path) -> int:
    return int((root / "postgres" / "postmaster.pid").read_text().split()[0])


def supervisor_pid(root: Path) -> int:
    status = Path(f"/proc/{postmaster_pid(root)}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("PPid:")).split()[1])


def eventually(condition: Callable[[], bool], *, seconds: float = 30) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


def test_servers_answer_and_keep_their_data_from_one_run_to_the_next(root):
    write_row(embedded.attach(root))
    embedded.detach(root)
    assert embedded.wait_until_stopped(root, seconds=30)
    assert read_rows(embedded.attach(root)) == [(7,)]


def test_a_second_process_shares_the_servers_and_keeps_them_up(root):
    mine = embedded.attach(root)
    client, theirs = start_client(root)
    postgres = postmaster_pid(root)
    embedded.detach(root)
    assert theirs == mine
    assert not embedded.wait_until_stopped(root, seconds=4)
    assert postmaster_pid(root) == postgres
    end_client(client)
    assert embedded.wait_until_stopped(root, seconds=30)


def test_servers_end_when_their_only_user_is_killed(root):
    client, _ = start_client(root)
    postgres = postmaster_pid(root)
    kill_client(client)
    assert embedded.wait_until_stopped(root, seconds=30)
    assert not read_command_line(postgres)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_killed_supervisor_takes_its_servers_with_it_and_the_next_start_recovers(root):
    write_row(embedded.attach(root))
    postgres = postmaster_pid(root)
    os.kill(supervisor_pid(root), signal.SIGKILL)
    assert eventually(lambda: not read_command_line(postgres))
    assert read_rows(embedded.attach(root)) == [(7,)]


def test_a_killed_postgres_is_started_again_with_what_was_committed(root):
    addresses = embedded.attach(root)
    write_row(addresses)
    killed = postmaster_pid(root)
    os.kill(killed, signal.SIGKILL)
    assert eventually(lambda: not read_command_line(killed))
    assert embedded.attach(root) == addresses
    assert read_rows(addresses) == [(7,)]


def test_a_killed_valkey_is_started_again(root):
    addresses = embedded.attach(root)
    killed = int((root / "valkey.pid").read_text())
    os.kill(killed, signal.SIGKILL)
    assert eventually(lambda: not read_command_line(killed))
    assert embedded.attach(root) == addresses
    with redis.Redis.from_url(addresses.redis_url) as client:
        assert client.ping()


def test_everything_killed_at_once_recovers(root):
    client, addresses = start_client(root)
    write_row(addresses)
    for pid in (supervisor_pid(root), postmaster_pid(root), int((root / "valkey.pid").read_text())):
        os.kill(pid, signal.SIGKILL)
    kill_client(client)
    assert read_rows(embedded.attach(root)) == [(7,)]


def test_the_lock_of_a_killed_server_that_nobody_reaped_does_not_stop_the_next(root):
    write_row(embedded.attach(root))
    embedded.detach(root)
    assert embedded.wait_until_stopped(root, seconds=30)
    with subprocess.Popen(["sleep", "60"]) as unreaped:
        unreaped.kill()
        # Dead, and still in the process table: PostgreSQL takes the number for a running server's.
        assert eventually(lambda: not read_command_line(unreaped.pid))
        (Layout(root).socket_directory() / ".s.PGSQL.5432.lock").write_text(
            f"{unreaped.pid}\n{root / 'postgres'}\n0\n5432\n{root / 'run'}\n"
        )
        assert read_rows(embedded.attach(root)) == [(7,)]


def test_a_start_waits_for_the_sessions_of_a_killed_server(tmp_path):
    with subprocess.Popen(["sleep", "60"], cwd=tmp_path) as session:
        assert find_processes_in(tmp_path) == [session.pid]
        session.kill()
        wait_until_left(tmp_path)
        assert find_processes_in(tmp_path) == []


def test_two_checkouts_run_side_by_side(root, tmp_path):
    other = tmp_path / "other"
    first, second = embedded.attach(root), embedded.attach(other)
    write_row(first)
    assert first != second
    with psycopg.connect(second.database_url) as connection:
        assert connection.execute("SELECT to_regclass('kept')").fetchone() == (None,)
    embedded.detach(other)
    assert embedded.wait_until_stopped(other, seconds=30)


def test_a_path_too_long_for_a_socket_gets_a_private_short_directory(root):
    deep = root / ("d" * 100)
    addresses = embedded.attach(deep)
    directory = Layout(deep).short_directory
    assert str(directory) in addresses.redis_url
    assert directory.stat().st_mode & 0o777 == 0o700
    assert len(str(directory / ".s.PGSQL.5432")) <= SOCKET_PATH_MAX
    write_row(addresses)
    embedded.detach(deep)
    assert embedded.wait_until_stopped(deep, seconds=30)
    shutil.rmtree(directory)


def test_a_path_with_spaces_and_quotes_works(root):
    odd = root / 'it\'s a "path" with spaces'
    write_row(embedded.attach(odd))
    embedded.detach(odd)
    assert embedded.wait_until_stopped(odd, seconds=30)


def test_a_pid_file_whose_number_was_given_to_another_program_is_ignored(root):
    embedded.attach(root)
    os.kill(supervisor_pid(root), signal.SIGKILL)
    pid_file = root / "postgres" / "postmaster.pid"
    killed = postmaster_pid(root)
    assert eventually(lambda: not read_command_line(killed))
    pid_file.write_text(f"{os.getpid()}\n{root}\n")
    assert postmaster_alive(embedded.attach(root))


def postmaster_alive(addresses: Addresses) -> bool:
    with psycopg.connect(addresses.database_url) as connection:
        return connection.execute("SELECT 1").fetchone() == (1,)


def test_an_interrupted_initdb_is_begun_again(root):
    half_made = root / "initdb"
    half_made.mkdir(parents=True)
    (half_made / "PG_VERSION").write_text("18\n")
    assert postmaster_alive(embedded.attach(root))
    assert not half_made.exists()


def test_servers_that_cannot_start_say_why(root):
    (root / "postgres").mkdir(parents=True)
    (root / "postgres" / "PG_VERSION").write_text("9.1\n")
    with pytest.raises(SystemExit, match="postgres did not start"):
        embedded.attach(root)


def test_a_directory_of_somebody_else_says_what_to_do(root):
    root.mkdir()
    (root / "log").write_text("not a directory")
    with pytest.raises(SystemExit, match="is not writable"):
        embedded.attach(root)


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")


@pytest.fixture
def public_directory() -> Iterator[Path]:
    """A directory that an ordinary user owns and can reach, unlike pytest's own."""
    directory = Path(f"/tmp/smplat-test-{os.getpid()}")
    directory.mkdir()
    os.chown(directory, 65534, 65534)
    yield directory
    shutil.rmtree(directory)


@needs_root
def test_an_ordinary_user_runs_the_servers_as_themselves(public_directory):
    prefix = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
    checkout = public_directory / "checkout"
    shutil.copytree(CHECKOUT / "smplat", checkout / "smplat", ignore=shutil.ignore_patterns("__pycache__"))
    if subprocess.run([*prefix, sys.executable, "-c", "import psycopg, redis"], check=False, cwd="/").returncode:
        pytest.skip("this Python or its packages cannot be reached by an ordinary user")
    state = public_directory / "state"
    client, addresses = start_client(state, prefix=prefix, checkout=checkout)
    write_row(addresses)
    assert (state / "postgres").stat().st_uid == 65534
    end_client(client)
    assert embedded.wait_until_stopped(state, seconds=30)


@needs_root
def test_root_without_user_namespaces_runs_postgres_as_nobody(root, tmp_path):
    programs = tmp_path / "programs"
    programs.mkdir()
    for name in ("setpriv", "test", "sh"):
        (programs / name).symlink_to(shutil.which(name))
    client, addresses = start_client(root, path=str(programs))
    home = Layout(root).open_directory
    write_row(addresses)
    postgres = int((home / "data" / "postmaster.pid").read_text().split()[0])
    assert Path(f"/proc/{postgres}").stat().st_uid == 65534
    end_client(client)
    assert embedded.wait_until_stopped(root, seconds=30)
    shutil.rmtree(home)
