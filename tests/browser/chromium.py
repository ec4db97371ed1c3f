"""Debian's (or anybody's) Chromium under Playwright: no download, no background traffic."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
# Without these Chromium asks its maker's hosts for components and updates. --no-sandbox: root has no user namespaces in containers.
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def find_chromium() -> str | None:
    """Path of a Chromium on this machine."""
    return next((path for path in map(shutil.which, _NAMES) if path), None)


@contextmanager
def launched(executable_path: str) -> Iterator[Browser]:
    """A running headless browser."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable_path, args=_ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()
