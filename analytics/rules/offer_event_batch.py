"""A batch of events: cutting a body into its events without losing a byte, and reading each on its own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

import msgspec

from analytics.rules.offer_event import AcceptanceWindow, OfferEventFacts, read_event, read_plain_events
from smplat.api.errors import BodyTooLarge, Detail, ValidationFailed
from smplat.api.parsing import BYTE_ORDER_MARK, MalformedJson, read_json

MAX_EVENTS: Final = 1_000
# How much of a sentence about one event is kept and answered.
MESSAGE_MAX_LENGTH: Final = 500
FIELD_MAX_LENGTH: Final = 64

_elements = msgspec.json.Decoder(list[msgspec.Raw])


class TooManyEvents(BodyTooLarge):
    """The batch holds too many events."""

    code: ClassVar[str] = "too-many-events"

    def __init__(self, received: int) -> None:
        super().__init__(limit=MAX_EVENTS, unit="events")
        self.received = received


@dataclass(frozen=True, slots=True)
class Rejected:
    """An event of a batch that cannot be stored: its own bytes, and the first thing that is wrong."""

    original: bytes
    code: str
    field: str
    message: str


Reading = OfferEventFacts | Rejected
# How one client's form of an event becomes the stored one.
Read = Callable[[Any, AcceptanceWindow], OfferEventFacts]


def split_array(body: bytes) -> list[bytes]:
    """The elements of a JSON array, each exactly as sent.

    Raises:
        ValidationFailed: the body is not one JSON array; which events it held cannot be known.
        TooManyEvents: more elements than MAX_EVENTS.
    """
    body = body.removeprefix(BYTE_ORDER_MARK)
    try:
        elements = _elements.decode(body)
    except msgspec.ValidationError:
        raise _not_an_array() from None
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        # The strict reader names the offset; what only this decoder refuses is told in its words.
        if not isinstance(read_json(body), list):
            raise _not_an_array() from None
        raise MalformedJson(error=str(error), offset=0) from None
    return _bounded([bytes(element) for element in elements])


def split_lines(body: bytes) -> list[bytes]:
    """The lines of an NDJSON body that hold something, each exactly as sent, without its line end.

    Raises:
        TooManyEvents: more lines than MAX_EVENTS.
    """
    lines = body.removeprefix(BYTE_ORDER_MARK).removesuffix(b"\r").replace(b"\r\n", b"\n").split(b"\n")
    return _bounded([line for line in lines if line.strip()])


def read_parts(parts: Sequence[bytes], *, window: AcceptanceWindow, read: Read) -> Sequence[Reading]:
    """Each part's facts, or why it is rejected; in the order of the batch."""
    if read is read_api_form:
        plain: Sequence[Reading] | None = read_plain_events(parts, window=window)
        return plain or [_read_api_part(part, window) for part in parts]
    return [_read_part(part, window, read) for part in parts]


def read_api_form(value: Any, window: AcceptanceWindow) -> OfferEventFacts:
    """The form of the API: snake_case, as `read_event` checks it."""
    return read_event(value, window=window)


def reject(part: bytes, failure: ValidationFailed) -> Rejected:
    """What is kept of an event that failed validation: the first finding by name, all of them in words."""
    first = failure.details[0]
    place = ".".join(str(step) for step in first.loc[1:] if isinstance(step, str))
    own_code = failure.code != ValidationFailed.code
    return Rejected(
        original=part,
        code=failure.code if own_code else first.type.replace("_", "-"),
        field=place[:FIELD_MAX_LENGTH],
        message=_sentence(failure)[:MESSAGE_MAX_LENGTH],
    )


def _sentence(failure: ValidationFailed) -> str:
    named = [
        (".".join(str(step) for step in detail.loc[1:] if isinstance(step, str)), detail.msg)
        for detail in failure.details
    ]
    return "; ".join(f"{place}: {message}" if place else message for place, message in named)


def _read_api_part(part: bytes, window: AcceptanceWindow) -> Reading:
    plain = read_plain_events([part], window=window)
    return plain[0] if plain else _read_part(part, window, read_api_form)


def _read_part(part: bytes, window: AcceptanceWindow, read: Read) -> Reading:
    try:
        return read(read_json(part), window)
    except ValidationFailed as failure:
        return reject(part, failure)


def _bounded(parts: list[bytes]) -> list[bytes]:
    if len(parts) > MAX_EVENTS:
        raise TooManyEvents(len(parts))
    return parts


def _not_an_array() -> ValidationFailed:
    return ValidationFailed([Detail(type="list_type", loc=("body",), msg="Input should be a valid list")])
