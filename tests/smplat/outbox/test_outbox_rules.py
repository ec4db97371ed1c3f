"""Backoff, endings, consent and Retry-After, as tables of cases."""

from datetime import UTC, datetime, timedelta

import pytest

from smplat.outbox.choices import Channel, Happening, State, Suppression
from smplat.outbox.rules import (
    RETRY_POLICIES,
    RetryPolicy,
    backoff,
    decide_after_failure,
    decide_suppression,
    parse_retry_after,
)

NOW = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)
POLICY = RetryPolicy(first=timedelta(seconds=10), cap=timedelta(minutes=5), max_attempts=6)


@pytest.mark.parametrize(
    ("attempt", "fraction", "retry_after", "seconds"),
    [
        (1, 1.0, None, 10),
        (2, 1.0, None, 20),
        (3, 1.0, None, 40),
        (5, 1.0, None, 160),
        (6, 1.0, None, 300),  # the cap
        (400, 1.0, None, 300),  # no overflow
        (3, 0.5, None, 20),  # full jitter: any part of the ceiling
        (3, 0.0, None, 0),
        (1, 0.0, 45, 45),  # the receiver's wish is the least
        (6, 1.0, 45, 300),
        (1, 1.0, 10**9, 24 * 3600),  # but not for ever
    ],
)
def test_the_pause_doubles_with_full_jitter_to_a_cap_and_honours_the_receiver(attempt, fraction, retry_after, seconds):
    wish = timedelta(seconds=retry_after) if retry_after else None
    pause = backoff(policy=POLICY, attempt=attempt, fraction=fraction, retry_after=wish)
    assert pause == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("happening", "attempt", "state"),
    [
        (Happening.FAILED, 1, State.PENDING),
        (Happening.FAILED, 5, State.PENDING),
        (Happening.FAILED, 6, State.DEAD),
        (Happening.LOST, 5, State.PENDING),
        (Happening.LOST, 6, State.DEAD),
        (Happening.REFUSED, 1, State.DEAD),
    ],
)
def test_a_message_dies_when_refused_or_out_of_attempts(happening, attempt, state):
    step = decide_after_failure(
        policy=POLICY, happening=happening, attempt=attempt, fraction=1.0, retry_after=None, now=NOW
    )
    assert step.state is state


@pytest.mark.parametrize(
    ("is_configured", "category", "allows", "is_endpoint_off", "reason"),
    [
        (True, "", True, False, None),
        (True, "order_updates", True, False, None),
        (True, "order_updates", False, False, Suppression.OPTED_OUT),
        (False, "order_updates", False, False, Suppression.OPTED_OUT),
        (False, "", True, False, Suppression.NOT_CONFIGURED),
        (True, "", True, True, Suppression.ENDPOINT_OFF),
    ],
)
def test_a_message_is_suppressed_for_consent_first_and_then_for_configuration(
    is_configured, category, allows, is_endpoint_off, reason
):
    facts = {"is_configured": is_configured, "category": category, "allows": allows, "is_endpoint_off": is_endpoint_off}
    assert decide_suppression(**facts) is reason


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("120", 120),
        (" 7 ", 7),
        ("0", 0),
        ("-5", None),
        ("1.5", None),
        ("٣", None),
        ("9" * 400, 24 * 3600),
        ("Mon, 04 May 2026 12:01:30 GMT", 90),
        ("Mon, 04 May 2026 11:00:00 GMT", None),
        ("Fri, 31 Dec 9999 23:59:59 GMT", 24 * 3600),
        ("soon", None),
    ],
)
def test_retry_after_is_read_as_seconds_or_date_and_nonsense_is_nothing(header, seconds):
    expected = None if seconds is None else timedelta(seconds=seconds)
    assert parse_retry_after(header, now=NOW) == expected


@pytest.mark.parametrize("channel", Channel.values)
def test_every_channel_survives_an_outage_of_two_hours(channel):
    policy = RETRY_POLICIES[channel]
    ceilings = [
        backoff(policy=policy, attempt=n, fraction=1.0, retry_after=None) for n in range(1, policy.max_attempts)
    ]
    assert sum(ceilings, timedelta()) >= timedelta(hours=2)
