"""From recorded requests to the requests that are sent: ids, shifted times, duplicates, order, batches. Pure."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid5

import msgspec

from analytics.storefront.recording import RecordedRequest
from analytics.storefront.wire import (
    BATCH_MAX_BYTES,
    BATCH_MAX_EVENTS,
    BATCH_PATH,
    EVENT_PATH,
    JSON,
    NDJSON,
    WEB_EVENT_PATH,
)

# The names under which an event says who it is and when it happened, by path.
EVENT_FIELDS = {
    EVENT_PATH: ("event_id", "occurred_at"),
    BATCH_PATH: ("event_id", "occurred_at"),
    WEB_EVENT_PATH: ("eventId", "occurredAt"),
}
CHANGING_METHODS = frozenset({"POST", "PUT", "PATCH", "DELETE"})
# A repeated event comes again within so many others, as a retry of a browser would.
DUPLICATE_DISTANCE = 100

_Fields = dict[str, msgspec.Raw]


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One request, ready to be sent."""

    place: str
    at: datetime | None  # when it was recorded; decides the pace
    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    events: int = 1
    is_one_line: bool = (
        False  # one offer event (or what was recorded instead of one) that may travel as a line of a batch
    )


def prepare_request(recorded: RecordedRequest, *, shift: timedelta) -> Outgoing:
    """The request with its deterministic ids, its times shifted; anything that is no JSON object or list stays as it is."""
    headers, body, events = dict(recorded.headers), recorded.body, 1
    path = recorded.path.partition("?")[0]
    names = EVENT_FIELDS.get(path)
    if recorded.is_json and names:
        body, events = _with_event_ids(recorded, names=names, shift=shift)
    elif names is None and recorded.method in CHANGING_METHODS:
        headers.setdefault("Idempotency-Key", str(recorded.source_id))
        body = _shifted_body(recorded, shift=shift)
    if body:
        headers.setdefault("Content-Type", JSON)
    return Outgoing(
        place=recorded.place,
        at=recorded.at,
        method=recorded.method,
        path=recorded.path,
        headers=tuple(headers.items()),
        body=body,
        events=events,
        is_one_line=path in {EVENT_PATH, BATCH_PATH} and not body.startswith(b"[") and b"\n" not in body,
    )


def shift_into_window(newest_at: datetime, *, now: datetime) -> timedelta:
    """Whole days that bring the newest recorded moment as close to `now` as they can without passing it."""
    return timedelta(days=(now - newest_at) // timedelta(days=1))


def with_duplicates(requests: Iterable[Outgoing], *, share: float, seed: int) -> Iterator[Outgoing]:
    """Send a `share` of the requests a second time, a little later."""
    chance = random.Random(seed)  # noqa: S311 - picks which events repeat; reproducible on purpose
    waiting: list[tuple[int, Outgoing]] = []
    for position, request in enumerate(requests):
        yield request
        if chance.random() < share:
            waiting.append((position + chance.randint(1, DUPLICATE_DISTANCE), request))
        due = [copy for moment, copy in waiting if moment <= position]
        waiting = [(moment, copy) for moment, copy in waiting if moment > position]
        yield from due
    yield from (copy for _, copy in waiting)


def shuffled(requests: Iterable[Outgoing], *, seed: int) -> Iterator[Outgoing]:
    """All requests in an order that only the seed decides. Holds them in memory."""
    everything = list(requests)
    random.Random(seed).shuffle(everything)  # noqa: S311 - reproducible on purpose
    yield from everything


def in_batches(requests: Iterable[Outgoing], *, size: int, max_span: timedelta | None) -> Iterator[Outgoing]:
    """Put neighbouring offer events together, up to `size`, to what a request may hold, and to `max_span` of recorded time."""
    group: list[Outgoing] = []
    held_bytes = 0
    for request in requests:
        if group and not _joins(request, group, size=size, held_bytes=held_bytes, max_span=max_span):
            yield _batch_of(group)
            group, held_bytes = [], 0
        if request.is_one_line:
            group.append(request)
            held_bytes += len(request.body) + 1
        else:
            yield request
    if group:
        yield _batch_of(group)


def _joins(request: Outgoing, group: list[Outgoing], *, size: int, held_bytes: int, max_span: timedelta | None) -> bool:
    first = group[0]
    if not request.is_one_line or len(group) >= min(size, BATCH_MAX_EVENTS):
        return False
    if held_bytes + len(request.body) > BATCH_MAX_BYTES:
        return False
    return max_span is None or first.at is None or request.at is None or request.at - first.at <= max_span


def _batch_of(group: list[Outgoing]) -> Outgoing:
    """One NDJSON request, due when its last event is."""
    headers = {name: value for name, value in group[0].headers if name.lower() != "content-type"}
    return replace(
        group[-1],
        place=group[0].place if len(group) == 1 else f"{group[0].place} to {group[-1].place}",
        method="POST",
        path=BATCH_PATH,
        headers=(*headers.items(), ("Content-Type", NDJSON)),
        body=b"\n".join(event.body for event in group),
        events=len(group),
        is_one_line=False,
    )


def _with_event_ids(recorded: RecordedRequest, *, names: tuple[str, str], shift: timedelta) -> tuple[bytes, int]:
    """The body with an id and a moment in each event, and how many events it holds."""
    try:
        if recorded.body.startswith(b"["):
            events = msgspec.json.decode(recorded.body, type=list[_Fields])
            filled = [
                _with_id(
                    event, names=names, event_id=uuid5(recorded.source_id, str(index)), at=recorded.at, shift=shift
                )
                for index, event in enumerate(events)
            ]
            return msgspec.json.encode(filled), len(filled)
        event = msgspec.json.decode(recorded.body, type=_Fields)
    except msgspec.DecodeError:
        return recorded.body, 1
    filled_event = _with_id(event, names=names, event_id=recorded.source_id, at=recorded.at, shift=shift)
    return msgspec.json.encode(filled_event), 1


def _with_id(
    event: _Fields, *, names: tuple[str, str], event_id: UUID, at: datetime | None, shift: timedelta
) -> _Fields:
    id_name, moment_name = names
    filled: _Fields = {id_name: msgspec.Raw(msgspec.json.encode(event_id)), **event}
    moment = _moment_in(event, moment_name) if moment_name in event else at
    if moment is not None:
        filled[moment_name] = msgspec.Raw(msgspec.json.encode(moment + shift))
    return filled


def _shifted_body(recorded: RecordedRequest, *, shift: timedelta) -> bytes:
    """A body of another endpoint: only a recorded `occurredAt` or `occurred_at` moves."""
    if not (shift and recorded.is_json and recorded.body.startswith(b"{")):
        return recorded.body
    fields = msgspec.json.decode(recorded.body, type=_Fields)
    for name in ("occurred_at", "occurredAt"):
        if moment := _moment_in(fields, name):
            fields[name] = msgspec.Raw(msgspec.json.encode(moment + shift))
    return msgspec.json.encode(fields)


def _moment_in(fields: _Fields, name: str) -> datetime | None:
    """The moment an event states itself; None when it states none, or one that cannot be read and stays as it is."""
    if name not in fields:
        return None
    try:
        return msgspec.json.decode(fields[name], type=datetime | None)
    except msgspec.DecodeError:
        return None
