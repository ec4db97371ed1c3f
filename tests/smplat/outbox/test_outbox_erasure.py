"""A person's messages: purged by age, exported whole, erased on request."""

from datetime import timedelta

import pytest

from smplat.outbox.actions.change_preferences import change_preferences
from smplat.outbox.actions.claim_messages import claim_messages
from smplat.outbox.actions.erase_recipient import Erased, erase_recipient
from smplat.outbox.actions.purge_payloads import purge_payloads
from smplat.outbox.choices import Category, ChangeSource, State
from smplat.outbox.models import Message, Preference
from smplat.outbox.queries import list_recipient_facts
from smplat.outbox.relay import relay_channel
from tests.smplat.outbox.conftest import ANA
from tests.smplat.outbox.received import names

pytestmark = pytest.mark.django_db


@pytest.fixture
def mail(write):
    return lambda: write("test.mail", channel="email", recipient="ana@example.com", recipient_id=ANA)


def test_an_erased_person_gets_nothing_more_and_leaves_no_address(mail, hand_clock):
    message = mail()
    change_preferences(recipient_id=ANA, wants={Category.ONBOARDING: False}, source=ChangeSource.API, now=hand_clock())
    assert erase_recipient(recipient_id=ANA, now=hand_clock()) == Erased(emptied=1, withheld=1, in_delivery=0)
    message.refresh_from_db()
    assert (message.state, message.suppressed_because) == (State.SUPPRESSED, "erased")
    assert (message.recipient, message.payload, Preference.objects.count()) == ("", {}, 0)


def test_erasing_twice_is_once(mail, hand_clock):
    mail()
    erase_recipient(recipient_id=ANA, now=hand_clock())
    assert erase_recipient(recipient_id=ANA, now=hand_clock()) == Erased(emptied=0, withheld=0, in_delivery=0)


def test_a_message_on_its_way_is_named_and_erased_by_the_next_run(mail, hand_clock):
    message = mail()
    claim_messages(channel="email", is_configured=True, limit=1, now=hand_clock())
    assert erase_recipient(recipient_id=ANA, now=hand_clock()).in_delivery == 1
    message.refresh_from_db()
    assert message.recipient == "ana@example.com"


def test_everything_about_a_person_is_exported(mail, hand_clock):
    mail()
    change_preferences(recipient_id=ANA, wants={Category.ONBOARDING: False}, source=ChangeSource.API, now=hand_clock())
    facts = list_recipient_facts(ANA)
    assert facts["messages"][0]["recipient"] == "ana@example.com"
    assert (facts["preferences"][0]["onboarding"], facts["preference_changes"][0]["wants"]) == (False, False)


def test_old_messages_lose_their_text_but_not_their_key(write, hand_clock):
    write("test.kept", payload={"name": "old"}, dedupe_key="cause")
    relay_channel("event", clock=hand_clock, until=hand_clock.later)
    hand_clock.forward(days=31)
    write("test.kept", payload={"name": "waits"})
    assert purge_payloads(older_than=timedelta(days=30), now=hand_clock()) == 1
    assert purge_payloads(older_than=timedelta(days=30), now=hand_clock()) == 0
    write("test.kept", payload={"name": "again"}, dedupe_key="cause")
    relay_channel("event", clock=hand_clock, until=hand_clock.later)
    assert names() == ["old", "waits"]
    assert Message.objects.get(dedupe_key="cause").payload == {}
