"""Pausing a provider and letting it work again: the flag and the hold stand or fall together."""

import pytest

from guardrails.actions.pause_provider import pause_provider
from guardrails.actions.resume_provider import resume_provider
from guardrails.errors import ProviderNotFound, ProviderNotPaused, ProviderPaused
from guardrails.models import Provider
from smplat import clock
from smplat.operations.models import Hold

pytestmark = pytest.mark.django_db
NOW = clock.now()


@pytest.fixture
def provider():
    return Provider.objects.create(id="prov-9", name="Acme SMM", created_at=NOW)


def pause(provider_id="prov-9", reason="late deliveries"):
    pause_provider(provider_id=provider_id, reason=reason, by="ada", now=NOW)


def test_pausing_holds_everything_about_the_provider(provider):
    pause()
    provider.refresh_from_db()
    hold = Hold.objects.get()
    assert (provider.is_paused, provider.paused_at) == (True, NOW)
    assert (hold.scope, hold.subject, hold.reason, hold.placed_by) == ("provider", "prov-9", "late deliveries", "ada")


def test_pausing_twice_is_refused_and_holds_once(provider):
    pause()
    with pytest.raises(ProviderPaused):
        pause(reason="again")
    assert Hold.objects.get().reason == "late deliveries"


def test_resuming_releases_the_hold(provider):
    pause()
    resume_provider(provider_id="prov-9", by="bob", now=NOW)
    provider.refresh_from_db()
    assert (provider.is_paused, provider.paused_at) == (False, None)
    assert Hold.objects.get().released_by == "bob"


def test_resuming_what_works_is_refused(provider):
    with pytest.raises(ProviderNotPaused):
        resume_provider(provider_id="prov-9", by="bob", now=NOW)


@pytest.mark.parametrize("act", [pause, lambda provider_id: resume_provider(provider_id=provider_id, by="x", now=NOW)])
def test_an_unknown_provider_is_not_found(act):
    with pytest.raises(ProviderNotFound):
        act("nobody")
    assert not Hold.objects.exists()
