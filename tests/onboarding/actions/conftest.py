"""How tests of operators' actions call them."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from onboarding.models import Journey

HOUR = timedelta(hours=1)


@pytest.fixture
def act(now: datetime) -> Callable[..., Any]:
    """Calls an action on a task of a journey (or, without a slug, on the journey) an hour after it began."""

    def act(action: Callable[..., Any], journey: Journey, slug: str = "", **more: Any) -> Any:
        task = {"task_id": journey.tasks.get(slug=slug).pk} if slug else {}
        result = action(
            journey_id=journey.pk, **task, **{"reason": "the client called", "by": "alice", "now": now + HOUR, **more}
        )
        journey.refresh_from_db()
        return result

    return act
