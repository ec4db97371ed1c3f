"""What customers are told about a stage: in the prompt, and on the page its link opens."""

from dataclasses import dataclass

from checkout.states import Stage


@dataclass(frozen=True)
class Words:
    """The text of one stage; `{amount}` is written in the order's currency and the customer's manner."""

    # Behind the order's number: "Order SM000042: your payment is not complete yet".
    subject: str
    heading: str
    # What is missing, and what to do about it.
    missing: str
    next_step: str
    button: str


WORDS = {
    Stage.PAYMENT: Words(
        subject="your payment is not complete yet",
        heading="Your order waits for its payment",
        missing="We kept your order over {amount} as you left it. Its payment is not complete yet.",
        next_step="Open your order and choose how you want to pay. Nothing is lost, and nothing was charged twice.",
        button="Continue to payment",
    ),
    Stage.VERIFICATION: Words(
        subject="one check is left",
        heading="One check is left before we can begin",
        missing="Your payment of {amount} has arrived. Before your order is passed on it is checked, and for that something is missing.",
        next_step="Open your order to see what is needed from you.",
        button="See what is missing",
    ),
    Stage.LOYALTY_HOLD: Words(
        subject="your points are not settled yet",
        heading="Your points or vouchers wait for you",
        missing="Your order over {amount} is paid. The points or vouchers that belong to it are not settled yet.",
        next_step="Open your order and say how you want to use them; then it goes on by itself.",
        button="Settle my points",
    ),
    Stage.FULFILLMENT: Words(
        subject="it takes longer than we promised",
        heading="Your order takes longer than we promised",
        missing="Your order over {amount} is being worked on, and it is late. We have asked for the reason.",
        next_step="There is nothing you have to do. Open your order to see how it stands.",
        button="See my order",
    ),
}


def words_of(stage: Stage) -> Words:
    """The text of a stage that has something open."""
    return WORDS[stage]
