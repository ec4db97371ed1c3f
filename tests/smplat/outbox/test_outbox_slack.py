"""Slack: harmless texts, Slack's pace, one post a conversation. The receiver speaks HTTP to the real slack_sdk."""

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs

import pytest
from django.template import loader

from smplat.outbox.channels.slack_text import escape
from smplat.outbox.choices import State
from smplat.outbox.models import Message, SlackBucket, SlackPost
from smplat.outbox.relay import relay_channel
from smplat.outbox.slack_bucket import BURST, refill
from smplat.outbox.topics import list_topics
from tests.smplat.outbox.web_receiver import running_receiver

pytestmark = pytest.mark.django_db


@pytest.fixture
def slack(settings):
    with running_receiver() as receiver:
        settings.SLACK_BOT_TOKEN, settings.SLACK_API_URL = "", f"http://127.0.0.1:{receiver.port}/api/"
        settings.SLACK_DESTINATIONS = {
            "operations": {"webhook_url": f"http://127.0.0.1:{receiver.port}/services/T/B/x", "channel": "C1"}
        }
        yield receiver


@pytest.fixture
def bot(slack, settings):
    settings.SLACK_BOT_TOKEN = "xoxb-test"
    slack.answers = [ok(ts=f"17.{number}") for number in range(20)]
    return slack


def ok(**parts):
    return (
        200,
        {"Content-Type": "application/json"},
        json.dumps({"ok": True, "channel": "C1", "ts": "17.0", **parts}).encode(),
    )


def failed(error, status=200, **headers):
    return status, {"Content-Type": "application/json", **headers}, json.dumps({"ok": False, "error": error}).encode()


@pytest.fixture
def say(write):
    return lambda **payload: write("test.slack", channel="slack", recipient="operations", payload=payload)


def relay(hand_clock):
    return relay_channel("slack", clock=hand_clock, until=hand_clock.later)


def texts(receiver):
    return [json.loads(body)["text"] for _, _, body in receiver.requests]


def calls(receiver):
    """(method, arguments) as the Web API reads them: form or JSON."""
    found = []
    for path, headers, body in receiver.requests:
        is_json = headers["content-type"].startswith("application/json")
        arguments = json.loads(body) if is_json else {k: v[0] for k, v in parse_qs(body.decode()).items()}
        found.append((path.rpartition("/")[2], arguments))
    return found


def test_a_webhook_gets_the_text_without_previews(slack, say, hand_clock):
    say(note="all fine")
    assert relay(hand_clock).delivered == 1
    ((path, _, body),) = slack.requests
    sent = json.loads(body)
    assert path == "/services/T/B/x"
    assert (sent["unfurl_links"], sent["unfurl_media"]) == (False, False)
    assert sent["text"].startswith("*Test message*: Slack works. all fine\n<")


def test_a_bot_posts_with_its_token_and_the_id_of_the_message(bot, say, hand_clock):
    message = say(note="hi")
    relay(hand_clock)
    ((method, arguments),) = calls(bot)
    assert bot.requests[0][1]["authorization"] == "Bearer xoxb-test"
    assert (method, arguments["channel"]) == ("chat.postMessage", "C1")
    metadata = arguments["metadata"]
    assert str(message.pk) in (metadata if isinstance(metadata, str) else json.dumps(metadata))


def test_a_later_message_of_a_conversation_updates_the_bots_post(bot, say, hand_clock):
    say(note="open", conversation="incident:7")
    relay(hand_clock)
    say(note="resolved", conversation="incident:7")
    relay(hand_clock)
    assert [(method, arguments.get("ts")) for method, arguments in calls(bot)] == [
        ("chat.postMessage", None),
        ("chat.update", "17.0"),
    ]
    assert SlackPost.objects.count() == 1


def test_with_a_webhook_a_later_message_is_a_post_of_its_own(slack, say, hand_clock):
    for note in ("open", "resolved"):
        say(note=note, conversation="incident:7")
        relay(hand_clock)
    assert ["open" in texts(slack)[0], "resolved" in texts(slack)[1]] == [True, True]


def test_beyond_the_burst_what_waits_becomes_one_post(slack, say, hand_clock):
    for number in range(12):
        say(note=f"n{number:02}")
    assert relay(hand_clock).delivered == 12
    assert len(slack.requests) == 5
    assert [f"n{number:02}" in texts(slack)[-1] for number in (3, 4, 11)] == [False, True, True]


def test_with_an_empty_bucket_messages_wait_untried_and_then_leave_as_one(slack, say, hand_clock):
    for _ in range(5):
        say()
    relay(hand_clock)
    for _ in range(3):
        say()
    assert relay(hand_clock).postponed == 3
    hand_clock.forward(seconds=1)
    assert relay(hand_clock).delivered == 3
    assert len(slack.requests) == 6
    assert set(Message.objects.values_list("attempts", flat=True)) == {1}


def test_slacks_wish_for_patience_holds_the_destination(slack, say, hand_clock):
    slack.answers = [(429, {"Retry-After": "40"}, b"rate_limited")]
    message = say()
    relay(hand_clock)
    say()
    relay(hand_clock)
    message.refresh_from_db()
    assert message.due_at >= hand_clock() + timedelta(seconds=40)
    assert len(slack.requests) == 1


PAGE = b"<html><body>Sign in to the network</body></html>"


@pytest.mark.parametrize("way", ["bot", "webhook"])
@pytest.mark.parametrize(
    ("error", "status", "state", "words"),
    [
        ("msg_too_long", 200, State.DEAD, "Slack refuses the message: msg_too_long"),
        ("no_text", 200, State.DEAD, "Slack refuses the message: no_text"),
        ("channel_not_found", 200, State.PENDING, "Slack says channel_not_found"),
        ("is_archived", 200, State.PENDING, "Slack says is_archived"),
        ("not_in_channel", 200, State.PENDING, "Slack says not_in_channel"),
        ("invalid_auth", 200, State.PENDING, "Slack says invalid_auth"),
        ("fatal_error", 200, State.PENDING, "Slack says fatal_error"),
        ("ratelimited", 200, State.PENDING, "Slack says ratelimited"),
        ("internal_error", 500, State.PENDING, "Slack says internal_error"),
    ],
)
def test_an_error_of_slack_has_its_meaning(error, status, state, words, *, way, slack, say, settings, hand_clock):
    settings.SLACK_BOT_TOKEN = "xoxb-test" if way == "bot" else ""
    # A webhook says it in words, with the status of a refusal.
    webhook_status = status if status >= 400 else 404
    slack.answers = [failed(error, status) if way == "bot" else (webhook_status, {}, error.encode())]
    message, other = say(), say()
    tally = relay(hand_clock)
    message.refresh_from_db()
    assert (message.state, message.last_error) == (state, words)
    other.refresh_from_db()
    assert (other.attempts, tally.postponed) == ((1, 0) if state == State.DEAD else (0, 1))


@pytest.mark.parametrize("way", ["bot", "webhook"])
@pytest.mark.parametrize("status", [200, 403, 503])
@pytest.mark.parametrize("page", [PAGE, "<p>wartungsgemäß</p>".encode("latin-1")])
def test_a_page_in_place_of_slacks_answer_is_no_delivery(page, status, *, way, slack, say, settings, hand_clock):
    settings.SLACK_BOT_TOKEN = "xoxb-test" if way == "bot" else ""
    slack.answers = [(status, {"Content-Type": "text/html"}, page)]
    message, _ = say(), say()
    tally = relay(hand_clock)
    message.refresh_from_db()
    assert (tally.retried, tally.postponed) == (1, 1)
    assert message.last_error.endswith("Something else than Slack answered.")


@pytest.mark.parametrize("wish", ["7", "Mon, 04 May 2026 12:00:07 GMT", "soon", None])
def test_too_many_requests_hold_the_destination(wish, bot, say, hand_clock):
    headers = {"Retry-After": wish} if wish else {}
    bot.answers = [failed("ratelimited", 429, **headers)]
    message, other = say(), say()
    relay(hand_clock)
    for row in (message, other):
        row.refresh_from_db()
        assert row.due_at >= hand_clock() + timedelta(seconds=30 if wish in {"soon", None} else 7)
    assert len(bot.requests) == 1


@pytest.mark.parametrize("error", ["message_not_found", "cant_update_message", "edit_window_closed"])
def test_a_conversation_whose_post_was_deleted_gets_a_new_one(error, bot, say, hand_clock):
    bot.answers = [ok(ts="17.0"), failed(error), ok(ts="18.0"), ok(ts="18.0")]
    for note in ("open", "acknowledged", "resolved"):
        say(note=note, conversation="incident:7")
        assert relay(hand_clock).delivered == 1
    assert [(method, arguments.get("ts")) for method, arguments in calls(bot)] == [
        ("chat.postMessage", None),
        ("chat.update", "17.0"),
        ("chat.postMessage", None),
        ("chat.update", "18.0"),
    ]


def test_what_failed_before_takes_no_others_down_with_it(slack, say, hand_clock):
    for _ in range(5):
        say()
    relay(hand_clock)
    hand_clock.forward(seconds=1)
    failing, *_ = [say(note="bad"), say(note="good"), say(note="good")]
    slack.answers = [(400, {}, b"mystery_error")]
    relay(hand_clock)
    # All three travelled together and failed; from now on each travels alone.
    for _ in range(3):
        hand_clock.forward(minutes=5)
        Message.objects.filter(state=State.PENDING).update(due_at=hand_clock())
        SlackBucket.objects.update(tokens=1.0, refilled_at=hand_clock())
        slack.answers = [(400, {}, b"no_text")] if not Message.objects.filter(state=State.DEAD).exists() else []
        relay(hand_clock)
    failing.refresh_from_db()
    assert failing.state == State.DEAD
    assert Message.objects.filter(state=State.DELIVERED).count() == 5 + 2


def test_a_channel_without_a_token_is_told(slack, say, settings, hand_clock):
    settings.SLACK_DESTINATIONS = settings.SLACK_DESTINATIONS | {"client": {"webhook_url": "", "channel": "C2"}}
    message = say()
    Message.objects.update(recipient="client")
    relay(hand_clock)
    message.refresh_from_db()
    assert (message.state, "SLACK_BOT_TOKEN" in message.last_error) == (State.PENDING, True)


def test_an_unknown_destination_is_refused(slack, write, hand_clock):
    message = write("test.slack", channel="slack", recipient="nowhere")
    relay(hand_clock)
    message.refresh_from_db()
    assert message.state == State.DEAD


def test_without_slack_a_message_is_suppressed_with_that_reason(settings, say, hand_clock):
    settings.SLACK_BOT_TOKEN, settings.SLACK_DESTINATIONS = "", {}
    message = say()
    relay(hand_clock)
    message.refresh_from_db()
    assert message.suppressed_because == "channel-not-configured"


@pytest.mark.parametrize(
    ("value", "harmless"),
    [
        ("<!channel>", "&lt;!channel&gt;"),
        ("<https://evil.example|Pay here>", "&lt;https://evil.example|Pay here&gt;"),
        ("a & b", "a &amp; b"),
        ("one\n*Approved* by ops", "one *Approved* by ops"),
        (["<@U1>"], ["&lt;@U1&gt;"]),
        ({"k": {"deep": "<"}}, {"k": {"deep": "&lt;"}}),
        (5, 5),
        (None, None),
    ],
)
def test_a_value_cannot_speak_slacks_markup(value, harmless):
    assert escape(value) == harmless


@pytest.mark.parametrize(("tokens", "seconds", "level"), [(0, 0, 0), (0, 2.5, 2.5), (4, 60, BURST), (3, -10, 3)])
def test_a_bucket_fills_by_one_a_second_up_to_the_burst(tokens, seconds, level):
    now = datetime(2026, 5, 4, tzinfo=UTC)
    assert refill(tokens=tokens, since=now, now=now + timedelta(seconds=seconds)) == level


def test_every_topic_has_the_templates_of_its_channels():
    for topic in list_topics().values():
        if "email" in topic.channels:
            for ending in ("_subject.txt", ".txt", ".html"):
                loader.get_template(f"emails/{topic.template}{ending}")
        if "slack" in topic.channels:
            loader.get_template(f"slack/{topic.template}.txt")
