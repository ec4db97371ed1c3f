"""A load generator that costs little: raw keep-alive sockets, prepared bytes, one epoll loop. It shares the machine with what it measures."""

import select
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

HEADER_END = b"\r\n\r\n"
LENGTH = b"content-length:"


@dataclass(slots=True)
class Load:
    """What came of a run."""

    seconds: float = 0.0
    statuses: dict[int, int] = field(default_factory=dict)
    latencies: list[float] = field(default_factory=list)

    @property
    def requests(self) -> int:
        return sum(self.statuses.values())

    def percentile_milliseconds(self, share: float) -> float:
        ranked = sorted(self.latencies)
        return 1000 * ranked[min(len(ranked) - 1, int(len(ranked) * share))]


def median_milliseconds(loads: Sequence[Load], share: float) -> float:
    """The median over several runs of one percentile of their latencies."""
    figures = sorted(load.percentile_milliseconds(share) for load in loads)
    return figures[len(figures) // 2]


def post(path: str, body: bytes, *, port: int, key: str, content_type: str = "application/json") -> bytes:
    """The bytes of one request."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nX-API-Key: {key}\r\n"
        f"Content-Type: {content_type}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def run_load(
    *, port: int, next_request: Callable[[], bytes | None], connections: int, seconds: float | None = None
) -> Load:
    """Keep `connections` requests under way until the time is over or `next_request` has no more."""
    load = Load()
    open_ones = {}
    poll = select.epoll()
    started = time.perf_counter()
    ends = started + seconds if seconds else float("inf")
    for _ in range(connections):
        connection = socket.create_connection(("127.0.0.1", port))
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if (request := next_request()) is None:
            break
        poll.register(connection.fileno(), select.EPOLLIN)
        connection.sendall(request)
        open_ones[connection.fileno()] = [connection, b"", time.perf_counter()]
    while open_ones:
        for number, _ in poll.poll(1):
            state = open_ones[number]
            state[1] += state[0].recv(262_144)
            status = _complete_status(state[1])
            if status is None:
                continue
            moment = time.perf_counter()
            load.statuses[status] = load.statuses.get(status, 0) + 1
            load.latencies.append(moment - state[2])
            request = next_request() if moment < ends else None
            if request is None:
                poll.unregister(number)
                state[0].close()
                del open_ones[number]
                continue
            state[1], state[2] = b"", moment
            state[0].sendall(request)
    load.seconds = time.perf_counter() - started
    return load


def _complete_status(answer: bytes) -> int | None:
    """The status once the whole answer is there."""
    end = answer.find(HEADER_END)
    if end < 0:
        return None
    head = answer[:end].lower()
    start = head.find(LENGTH)
    length = int(head[start + len(LENGTH) :].split(b"\r\n", 1)[0]) if start >= 0 else 0
    return int(answer[9:12]) if len(answer) >= end + len(HEADER_END) + length else None
