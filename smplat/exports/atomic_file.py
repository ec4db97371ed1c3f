"""Files that exist whole or not at all."""

import glob
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

STANDARD_OUTPUT = Path("-")
PRIVATE_MODE = 0o600
# As open() makes files; the process's umask takes away from it.
DEFAULT_MODE = 0o666
# Who writes a file writes many times a minute; who has not for an hour is dead.
ABANDONED_SECONDS = 3600


@contextmanager
def open_output(path: Path) -> Iterator[BinaryIO]:
    """What an export writes to: `-` is standard output, a regular file appears complete, a device or pipe is written through."""
    if path == STANDARD_OUTPUT:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
    elif path.exists() and not path.is_file() and not path.is_dir():
        with path.open("wb") as device:
            yield device
    else:
        with replace_atomically(path) as file:
            yield file


@contextmanager
def replace_atomically(path: Path, *, is_private: bool = False) -> Iterator[BinaryIO]:
    """Write beside `path` and rename over it once every byte is on disk; on any error `path` stays as it was.

    Folders above it are made. A link is followed, so that its target is replaced and the link stays. A private file can
    be read by its owner only, from its first byte on.
    """
    target = path.resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    _remove_abandoned(target)
    temporary = target.with_name(f".{target.name[:200]}.{uuid4().hex}.part")
    try:
        mode = PRIVATE_MODE if is_private else DEFAULT_MODE
        with open(temporary, "xb", opener=lambda name, flags: os.open(name, flags, mode)) as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
        _sync_folder(target.parent)
    finally:
        temporary.unlink(missing_ok=True)


def _remove_abandoned(target: Path) -> None:
    """Whoever was killed could not take its half file away; over the nights that would fill the disk."""
    now = time.time()
    for part in target.parent.glob(f".{glob.escape(target.name[:200])}.*.part"):
        with suppress(FileNotFoundError):  # another export was first
            if now - part.stat().st_mtime > ABANDONED_SECONDS:
                part.unlink()


def _sync_folder(folder: Path) -> None:
    """A rename survives a power cut only after its folder is synced."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
