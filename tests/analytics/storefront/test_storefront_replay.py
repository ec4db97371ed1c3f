"""`manage.py replay` against a server that answers from a script."""

import gzip
import json

import pytest
from django.core.management import CommandError, call_command

from analytics.storefront.wire import EVENT_PATH


@pytest.fixture
def recording(tmp_path):
    path = tmp_path / "recorded.ndjson"
    events = [
        {"at": f"2026-01-01T00:00:{n:02}Z", "path": EVENT_PATH, "body": {"offer_slug": str(n)}} for n in range(20)
    ]
    path.write_text("".join(json.dumps(event) + "\n" for event in events))
    return path


def replay(server, *files, capsys, **options):
    call_command("replay", *map(str, files), base_url=server.url, key="k", **options)
    return capsys.readouterr().out.splitlines()[-1]


def test_the_summary_counts_every_event(server, recording, capsys):
    assert (
        replay(server, recording, capsys=capsys) == "sent=20 accepted=20 duplicate=0 quarantined=0 refused=0 unsent=0"
    )


def test_a_second_replay_in_batches_adds_nothing(server, recording, capsys):
    replay(server, recording, capsys=capsys)
    summary = replay(server, recording, batch=7, shift_days=3, capsys=capsys)
    assert summary == "sent=20 accepted=0 duplicate=20 quarantined=0 refused=0 unsent=0"


def test_duplicates_on_purpose_are_answered_as_such(server, recording, capsys):
    assert "accepted=20 duplicate=20" in replay(server, recording, duplicates=1, shuffle=5, capsys=capsys)


def test_a_line_that_is_cut_off_is_quarantined_and_nothing_else_is_lost(server, recording, capsys):
    recording.write_bytes(recording.read_bytes()[:-30])
    assert "sent=20 accepted=19 duplicate=0 quarantined=1" in replay(server, recording, batch=100, capsys=capsys)


def test_the_key_travels_with_every_request(server, recording, capsys):
    replay(server, recording, capsys=capsys)
    assert {headers["X-API-Key"] for _, headers, _ in server.received} == {"k"}


def test_a_throttled_request_is_repeated_with_the_same_id(server, recording, capsys):
    server.script = [(429, {"Retry-After": "0"}, {}), (503, {"Retry-After": "0"}, {})]
    assert "accepted=20 duplicate=0" in replay(server, recording, concurrency=1, capsys=capsys)
    assert server.received[0][2] == server.received[1][2] == server.received[2][2]


def test_a_refusal_fails_the_command_and_says_why(server, recording, capsys):
    server.script = [(401, {}, {"detail": "Invalid API key"})]
    with pytest.raises(CommandError):
        replay(server, recording, capsys=capsys)
    shown = capsys.readouterr()
    assert "recorded.ndjson:" in shown.err
    assert "Invalid API key" in shown.err
    assert "accepted=19 duplicate=0 quarantined=0 refused=1" in shown.out


def test_a_server_that_is_away_leaves_everything_unsent(server, recording, capsys):
    server.server_close()
    with pytest.raises(CommandError):
        replay(server, recording, retries=0, capsys=capsys)
    assert "sent=0 accepted=0 duplicate=0 quarantined=0 refused=0 unsent=20" in capsys.readouterr().out


@pytest.mark.parametrize(
    "wrong",
    [{"duplicates": 2}, {"batch": 1001}, {"concurrency": 0}, {"shuffle": 1, "speed": 1}, {"base_url": "localhost"}],
)
def test_options_that_make_no_sense_are_refused_before_anything_is_sent(server, recording, wrong):
    with pytest.raises(CommandError):
        call_command("replay", str(recording), **{"base_url": server.url, "key": "k", **wrong})
    assert server.received == []


def test_a_compressed_file_that_is_cut_off_is_a_sentence_and_nothing_is_sent(server, recording, tmp_path):
    cut = tmp_path / "recording.ndjson.gz"
    cut.write_bytes(gzip.compress(recording.read_bytes())[:-12])
    with pytest.raises(CommandError, match="is cut off or damaged"):
        call_command("replay", str(cut), base_url=server.url, key="k")
    assert not server.received


def test_a_missing_file_is_a_sentence(server):
    with pytest.raises(CommandError, match="Cannot read the recording"):
        call_command("replay", "missing.ndjson", base_url=server.url, key="k")
