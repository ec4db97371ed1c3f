"""Where a checkout keeps its embedded servers: files, locks and sockets."""

import hashlib
import os
import sys
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
# sun_path without its closing NUL.
SOCKET_PATH_MAX = 103 if sys.platform == "darwin" else 107
# A short directory that exists everywhere, for checkouts whose own path is too long for a socket.
SHORT_DIRECTORY = Path("/tmp")  # noqa: S108 - the directory made in it is private and checked
POSTGRES_PORT = 5432
# Reachable by every user, and what is kept there survives a restart of the machine.
OPEN_DIRECTORY = Path("/var/tmp")  # noqa: S108 - the directory made in it is checked
LOG_KEPT_BYTES = 16 * 1024 * 1024


class UnusableDirectory(Exception):
    """A directory the embedded servers need cannot be used; the message says why and what to do."""


@dataclass(frozen=True)
class Layout:
    """One set of servers. `durable` is false for the throw-away servers of a test run."""

    root: Path
    durable: bool = True

    @property
    def lock(self) -> Path:
        """Held exclusively by the one supervisor; its starter takes it and hands it over."""
        return self.root / "lock"

    @property
    def users(self) -> Path:
        """Held shared by every process that uses the servers, for its life."""
        return self.root / "users"

    @property
    def addresses(self) -> Path:
        """Present while the servers answer."""
        return self.root / "addresses.json"

    @property
    def log(self) -> Path:
        return self.root / "log"

    @property
    def postgres(self) -> Path:
        return self.root / "postgres"

    @property
    def valkey(self) -> Path:
        return self.root / "valkey"

    def prepare(self) -> None:
        """Create what a client and its supervisor share, owned by whoever owns the checkout.

        Raises:
            UnusableDirectory: another user's, or read-only.
        """
        try:
            self.log.mkdir(mode=0o700, parents=True, exist_ok=True)
            for path in (self.lock, self.users):
                path.touch(mode=0o600)
        except OSError as error:
            raise UnusableDirectory(
                f"{self.root} is not writable ({error.strerror}): remove it, or run as the user it belongs to."
            ) from error
        if os.geteuid() == 0:
            owner = CHECKOUT.stat()
            for path in (self.root.parent, self.root, self.log, self.lock, self.users):
                if path.is_relative_to(CHECKOUT) and path != CHECKOUT:
                    os.chown(path, owner.st_uid, owner.st_gid)

    def open_log(self, name: str) -> int:
        """A descriptor that appends to a log; one that has grown large is kept once as `.old`."""
        path = self.log / f"{name}.log"
        if path.exists() and path.stat().st_size > LOG_KEPT_BYTES:
            path.replace(path.with_suffix(".log.old"))
        return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def read_log_tail(self, name: str, *, lines: int = 12) -> str:
        """The last lines of a log, empty when there is none."""
        path = self.log / f"{name}.log"
        return "\n".join(path.read_text(errors="replace").splitlines()[-lines:]) if path.exists() else ""

    def socket_directory(self) -> Path:
        """`run` beside the data, or a private directory under /tmp where that path is too long for a socket."""
        directory = self.root / "run"
        if len(os.fsencode(directory / f".s.PGSQL.{POSTGRES_PORT}")) <= SOCKET_PATH_MAX:
            directory.mkdir(mode=0o700, exist_ok=True)
            return directory
        return make_private_directory(self.short_directory)

    @property
    def short_directory(self) -> Path:
        return SHORT_DIRECTORY / f"smplat-{os.getuid()}-{self._fingerprint()}"

    @property
    def open_directory(self) -> Path:
        """Where PostgreSQL lives when it must run as a user that cannot reach the checkout."""
        return OPEN_DIRECTORY / f"smplat-{self._fingerprint()}"

    def _fingerprint(self) -> str:
        """Tells checkouts apart where their files must share a directory."""
        return hashlib.sha256(os.fsencode(self.root)).hexdigest()[:12]


def make_private_directory(directory: Path) -> Path:
    """Create or accept a 0700 directory of our own in a place anybody may write to.

    Raises:
        UnusableDirectory: somebody else made it, or it is a link.
    """
    directory.mkdir(mode=0o700, exist_ok=True)
    status = directory.lstat()
    if directory.is_symlink() or status.st_uid != os.getuid():
        raise UnusableDirectory(f"{directory} belongs to somebody else: remove it, or move this checkout.")
    directory.chmod(0o700)
    return directory
