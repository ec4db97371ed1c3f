"""What replaying a quarantined event would store, or why it cannot be: the same plan for the preview and the deed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec

from analytics.rules.offer_event import AcceptanceWindow, OfferEventFacts
from analytics.rules.offer_event_batch import Read, read_api_form
from analytics.rules.offer_event_fields import Unacceptable, read_moment
from analytics.rules.web_event import read_web_event
from smplat.api.errors import Detail, ValidationFailed
from smplat.api.parsing import read_json

# By QuarantinedEvent.form.
READERS: Final[Mapping[str, Read]] = {"api": read_api_form, "web": read_web_event}


@dataclass(frozen=True, slots=True)
class ReplayPlan:
    """The facts that would be stored, or what is still wrong with the text; exactly one of the two."""

    facts: OfferEventFacts | None
    problems: tuple[Detail, ...] = ()


def plan_replay(text: str, *, form: str, received_at: datetime, window: AcceptanceWindow) -> ReplayPlan:
    """Read a corrected event as its door would have read it.

    An event that does not say when it happened happened when it was first received, not when it is replayed.
    """
    try:
        facts = READERS[form](read_json(text.encode("utf-8", "surrogatepass")), window)
        if facts.occurred_at is None:
            moment = read_moment(received_at, oldest=window.oldest, latest=window.latest)
            facts = msgspec.structs.replace(facts, occurred_at=moment)
    except ValidationFailed as failure:
        return ReplayPlan(facts=None, problems=failure.details)
    except Unacceptable as problem:
        return ReplayPlan(facts=None, problems=(Detail(type=problem.kind, loc=("body",), msg=problem.message),))
    return ReplayPlan(facts=facts)
