"""What the codes of recovery decisions mean, in a sentence an operator reads. The codes are those of rules/recovery.py."""

from typing import Final

SENTENCES: Final = {
    "stalled": "It stands still, and the policy allows a prompt.",
    "quiet-hours": "It is night where the customer lives; decided again when the quiet hours end.",
    "not-stalled": "It has not stood still for long enough.",
    "prompted-recently": "The last prompt was not long ago.",
    "in-holdout": "This customer is held out: what happens without prompts is what prompts are measured against.",
    "no-address": "There is no address to write to.",
    "opted-out": "The customer switched order updates off.",
    "prompts-exhausted": "All prompts of this stage were sent and nothing moved.",
    "order-canceled": "The order is canceled.",
    "order-on-hold": "A person put the order on hold.",
    "checkout-completed": "The checkout is complete.",
    "backdated": "The order was recorded after the fact.",
    "policy-off": "The policy of this stage is switched off.",
    "provider-paused": "A provider behind the order is paused.",
    "order-snoozed": "A person snoozed the order.",
    "stage-held": "The whole stage is held.",
    "everything-held": "All prompts are held.",
    "no-policy": "The stage has no recovery policy.",
    "by-hand": "A person sent it.",
}
# A person's prompt that a rule stood against: despite-quiet-hours.
DESPITE: Final = "despite-"


def say_reason(code: str) -> str:
    """The sentence of a code; a code nobody wrote a sentence for reads as words."""
    if code.startswith(DESPITE):
        return f"A person sent it although: {say_reason(code.removeprefix(DESPITE))}"
    return SENTENCES.get(code) or code.replace("-", " ").capitalize() + "."
