"""Files that exist whole or not at all."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

STANDARD_OUTPUT = Path("-")


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
def replace_atomically(path: Path) -> Iterator[BinaryIO]:
    """Write beside `path` and rename over it once every byte is on disk; on any error `path` stays as it was.

    Folders above it are made. A link is followed, so that its target is replaced and the link stays.
    """
    target = path.resolve()
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name[:200]}.{uuid4().hex}.part")
    try:
        with temporary.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(target)
        _sync_folder(target.parent)
    finally:
        temporary.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    """A rename survives a power cut only after its folder is synced."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
