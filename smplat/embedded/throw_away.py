"""Servers of a test run: made for it, gone after it, also when it was killed."""

import fcntl
import os
import shutil
import time
from pathlib import Path

from smplat.embedded.layout import Layout

# A directory younger than this may belong to a run that has made it and not locked it yet.
SETTLED_SECONDS = 60.0


def remove(layout: Layout) -> None:
    """Remove the servers' files, wherever their parts had to live."""
    for directory in (layout.short_directory, layout.open_directory, layout.root):
        shutil.rmtree(directory, ignore_errors=True)


def remove_abandoned(parent: Path) -> list[Path]:
    """Remove what runs that were killed left under `parent`; the directories removed."""
    abandoned = [root for root in sorted(parent.glob("*")) if is_abandoned(Layout(root, durable=False))]
    for root in abandoned:
        remove(Layout(root, durable=False))
    return abandoned


def is_abandoned(layout: Layout) -> bool:
    """Whether neither a user nor a supervisor holds it any more."""
    if time.time() - layout.root.stat().st_mtime < SETTLED_SECONDS:
        return False
    return is_free(layout.users) and is_free(layout.lock)


def is_free(lock: Path) -> bool:
    """Whether nobody holds this lock."""
    try:
        descriptor = os.open(lock, os.O_RDWR)
    except FileNotFoundError:
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
    return True
