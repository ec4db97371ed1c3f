"""Decisions of the outbox: facts in, verdict out; no database, clock or network."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from smplat.outbox.choices import Channel, Happening, State, Suppression

# A receiver may ask for patience, not for ever.
LONGEST_RETRY_AFTER = timedelta(hours=24)


@dataclass(frozen=True)
class RetryPolicy:
    """How a channel repeats: the ceiling of the pause doubles from `first` to `cap`, `max_attempts` in all."""

    first: timedelta
    cap: timedelta
    max_attempts: int


# Ceilings add up to the time an outage may last before messages are dead: the arithmetic stands beside each.
RETRY_POLICIES: Mapping[str, RetryPolicy] = {
    # 30 s, 1 min … 32 min, then hourly: about 14 hours. A mail server restart, a full queue, greylisting.
    Channel.EMAIL: RetryPolicy(timedelta(seconds=30), timedelta(hours=1), 20),
    # 5 s … 30 min: about 6 hours. Slack's own outages.
    Channel.SLACK: RetryPolicy(timedelta(seconds=5), timedelta(minutes=30), 20),
    # 10 s … 4 h: about two days. A receiver down over a weekend night, as Standard Webhooks suggests.
    Channel.WEBHOOK: RetryPolicy(timedelta(seconds=10), timedelta(hours=4), 22),
    # 2 s … 10 min: about two hours. A deadlock, a database failover; a defect does not heal by waiting.
    Channel.EVENT: RetryPolicy(timedelta(seconds=2), timedelta(minutes=10), 21),
}


@dataclass(frozen=True)
class NextStep:
    """What becomes of a message after an attempt that failed."""

    state: State
    due_at: datetime


def backoff(*, policy: RetryPolicy, attempt: int, fraction: float, retry_after: timedelta | None) -> timedelta:
    """The pause after failed attempt number `attempt` (from 1).

    Full jitter: a random `fraction` (0 to 1) of the ceiling, so that messages that failed together do not return
    together. Never shorter than what the receiver asked for.
    """
    # 2 ** 32 doublings exceed any cap; more would overflow.
    ceiling = min(policy.cap, policy.first * float(2 ** min(attempt - 1, 32)))
    pause = ceiling * fraction
    return max(pause, min(retry_after, LONGEST_RETRY_AFTER)) if retry_after else pause


def decide_after_failure(
    *,
    policy: RetryPolicy,
    happening: Happening,
    attempt: int,
    fraction: float,
    retry_after: timedelta | None,
    now: datetime,
) -> NextStep:
    """Try again later, or give up: refused for good, or the last attempt of the round."""
    if happening is Happening.REFUSED or attempt >= policy.max_attempts:
        return NextStep(State.DEAD, now)
    pause = backoff(policy=policy, attempt=attempt, fraction=fraction, retry_after=retry_after)
    return NextStep(State.PENDING, now + pause)


def decide_suppression(
    *, is_configured: bool, category: str, allows: bool, is_endpoint_off: bool
) -> Suppression | None:
    """Whether a due message must not leave, and why. Consent comes first: it holds whatever the deployment has."""
    if category and not allows:
        return Suppression.OPTED_OUT
    if is_endpoint_off:
        return Suppression.ENDPOINT_OFF
    if not is_configured:
        return Suppression.NOT_CONFIGURED
    return None


def parse_retry_after(value: str | None, *, now: datetime) -> timedelta | None:
    """The Retry-After header: seconds or an HTTP date; None when absent, past or nonsense (RFC 9110, 10.2.3)."""
    if not value:
        return None
    text = value.strip()
    # isdecimal accepts other scripts' digits, which no receiver sends; the length bounds the integer.
    if text.isascii() and text.isdecimal():
        return min(timedelta(seconds=int(text[:9])), LONGEST_RETRY_AFTER)
    try:
        moment: datetime = parsedate_to_datetime(text)
    except ValueError:
        return None
    pause = moment.replace(tzinfo=moment.tzinfo or UTC) - now
    return min(pause, LONGEST_RETRY_AFTER) if pause > timedelta(0) else None
