"""Prompts: the message that brings a customer back to the step that is missing, written in the transaction of its cause."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.urls import reverse

from checkout.links import Purpose, mint_token
from checkout.models import Customer, OrchestrationEvent, RecoveryPolicy
from checkout.positions import Held
from checkout.prompt_words import words_of
from checkout.states import Stage, StageStatus
from smplat.bulk_rows import insert_rows
from smplat.db import require_transaction
from smplat.ids import new_id
from smplat.money import format_money
from smplat.outbox.choices import Channel
from smplat.outbox.enqueue import Draft, enqueue_all

TOPIC = "checkout.recovery.prompt"
# The note that storefronts of the predecessor know.
SWEPT = "Recovery sweep executed"
BY_HAND = "Prompt sent by an operator"
# Stands for a token, which is safe in an address as it is.
_PLACE = "token"


@dataclass(frozen=True)
class Prompt:
    """One prompt to be: a held checkout whose customer has an address, and the policy it follows."""

    held: Held
    policy: RecoveryPolicy

    @property
    def number(self) -> int:
        """1 for the first of the stage."""
        return self.held.orchestration.prompts_sent + 1

    @property
    def customer(self) -> Customer:
        """Whom it is for."""
        customer = self.held.order.customer
        assert customer is not None
        return customer


def write_prompts(prompts: Sequence[Prompt], *, note: str, now: datetime) -> dict[UUID, UUID]:
    """Write the checkouts' events and the messages; the caller stores the counters. Returns message ids by order id.

    Emits `checkout.recovery.prompt`. The same prompt of the same stay in a stage never makes a second message.
    """
    require_transaction()
    if not prompts:
        return {}
    insert_rows(OrchestrationEvent, [_event_of(prompt, note=note, now=now) for prompt in prompts])
    enqueued = enqueue_all([draft_of(prompt, now=now) for prompt in prompts], now=now)
    return {prompt.held.order.pk: message.message_id for prompt, message in zip(prompts, enqueued, strict=True)}


def resume_link(*, order_id: UUID, lifetime: timedelta, now: datetime) -> str:
    """The address in a prompt; it opens this one order and ends with its lifetime."""
    token = mint_token(order_id=order_id, purpose=Purpose.RESUME, expires_at=now + lifetime)
    return settings.API_BASE_URL + _resume_path().replace(_PLACE, token)


@cache
def _resume_path() -> str:
    """Reversed once: a sweep writes thousands of links a second."""
    return reverse("checkout-resume", kwargs={"token": _PLACE})


def draft_of(prompt: Prompt, *, now: datetime) -> Draft:
    """The message: plain values for the templates emails/checkout/recovery_prompt."""
    checkout, customer = prompt.held.orchestration, prompt.customer
    entered = int(checkout.stage_entered_at.timestamp() * 1000)
    return Draft(
        topic=TOPIC,
        channel=Channel.EMAIL,
        recipient=customer.email,
        recipient_id=customer.pk,
        payload=_payload_of(prompt, now=now),
        dedupe_key=f"{prompt.held.order.pk}:{checkout.current_stage}:{entered}:{prompt.number}",
    )


def _payload_of(prompt: Prompt, *, now: datetime) -> dict[str, Any]:
    order, checkout, customer = prompt.held.order, prompt.held.orchestration, prompt.customer
    words = words_of(Stage(checkout.current_stage))
    amount = format_money(order.total, currency=order.currency, locale=customer.locale)
    lifetime = timedelta(hours=prompt.policy.link_lifetime_hours)
    return {
        "order_id": str(order.pk),
        "order_number": order.order_number,
        "stage": checkout.current_stage,
        "number": prompt.number,
        "is_repeated": prompt.number > 1,
        "has_failed": checkout.stage_status == StageStatus.FAILED,
        "name": customer.name,
        "amount": amount,
        "subject": words.subject,
        "heading": words.heading,
        "missing": words.missing.format(amount=amount),
        "next_step": words.next_step,
        "button": words.button,
        "url": resume_link(order_id=order.pk, lifetime=lifetime, now=now),
        "link_days": max(1, round(lifetime / timedelta(days=1))),
    }


def _event_of(prompt: Prompt, *, note: str, now: datetime) -> dict[str, Any]:
    checkout = prompt.held.orchestration
    return {
        "id": new_id(),
        "orchestration_id": checkout.pk,
        "stage": checkout.current_stage,
        "status": checkout.stage_status,
        "transition_note": note,
        "payload": {"prompt": prompt.number},
        "created_at": now,
    }
