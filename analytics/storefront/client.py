"""A storefront's HTTP client of our API: one connection kept alive, retries that honour Retry-After."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from threading import Event
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

# The server did not decide: the same request may succeed later.
RETRYABLE_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504})
FIRST_BACKOFF_SECONDS = 0.2
LONGEST_BACKOFF_SECONDS = 10.0
# A server that asks for more patience than this is not waited for.
LONGEST_RETRY_AFTER_SECONDS = 120.0


class Unreachable(Exception):
    """The server did not answer."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, and what it took."""

    status: int
    body: bytes
    seconds: float  # of the last attempt
    attempts: int


@dataclass(slots=True)
class StorefrontClient:
    """One connection; not for several threads. `pause` waits between attempts and returns True when it was told to stop."""

    base_url: str
    key: str
    retries: int = 5
    timeout_seconds: float = 30.0
    pause: Callable[[float], bool] = field(default=lambda seconds: Event().wait(seconds))
    _connection: HTTPConnection | None = field(default=None, init=False)

    def send(self, *, method: str, path: str, headers: tuple[tuple[str, str], ...], body: bytes) -> Answer:
        """The server's decision, or the last answer when every attempt was put off.

        Raises:
            Unreachable: no attempt got an answer.
        """
        problem = ""
        for attempt in range(1, self.retries + 2):
            try:
                answer, retry_after = self._attempt(method, path, headers, body, attempt)
            except (OSError, HTTPException) as error:
                self.close()
                problem, answer, retry_after = str(error) or type(error).__name__, None, None
            if answer is not None and (answer.status not in RETRYABLE_STATUSES or attempt > self.retries):
                return answer
            if attempt <= self.retries and self.pause(_wait_seconds(attempt, retry_after)):
                break
        raise Unreachable(problem or "stopped while waiting to try again")

    def close(self) -> None:
        """Drop the connection; the next request opens another."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _attempt(
        self, method: str, path: str, headers: tuple[tuple[str, str], ...], body: bytes, attempt: int
    ) -> tuple[Answer, float | None]:
        origin = urlsplit(self.base_url)
        if self._connection is None:
            kind = HTTPSConnection if origin.scheme == "https" else HTTPConnection
            self._connection = kind(origin.hostname or "", origin.port, timeout=self.timeout_seconds)
        started = time.perf_counter()
        self._connection.request(
            method,
            origin.path.rstrip("/") + path,
            body=body or None,
            headers={"User-Agent": "smplat-storefront", "X-API-Key": self.key, **dict(headers)},
        )
        response = self._connection.getresponse()
        content = response.read()
        answer = Answer(response.status, content, time.perf_counter() - started, attempt)
        return answer, _seconds(response.getheader("Retry-After"))


def _wait_seconds(attempt: int, retry_after: float | None) -> float:
    if retry_after is not None:
        return min(retry_after, LONGEST_RETRY_AFTER_SECONDS)
    return min(FIRST_BACKOFF_SECONDS * 2.0 ** (attempt - 1), LONGEST_BACKOFF_SECONDS)


def _seconds(header: str | None) -> float | None:
    """Retry-After in seconds; its date form is rare enough to be treated as absent."""
    return float(header) if header and header.isdigit() else None
