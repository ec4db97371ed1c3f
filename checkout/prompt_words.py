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
    # The next step in the words of our own page, which already is the order and has no till.
    on_page: str


WORDS = {
    Stage.PAYMENT: Words(
        subject="your payment is not complete yet",
        heading="Your order waits for its payment",
        missing="We kept your order of {amount} as you left it. Its payment is not complete yet.",
        next_step="Open your order and choose how you want to pay. Nothing is lost, and nothing was charged twice.",
        button="Continue to payment",
        on_page="Go back to the store where you placed the order, sign in and choose how you want to pay. Your order is kept.",
    ),
    Stage.VERIFICATION: Words(
        subject="one check is left",
        heading="One check is left before we can begin",
        missing="Your payment of {amount} has arrived. Before your order is passed on it is checked, and for that something is missing.",
        next_step="Open your order to see what is needed from you.",
        button="See what is missing",
        on_page="Sign in at the store where you placed the order: it lists what is needed from you, such as a proof or an approval by your bank.",
    ),
    Stage.LOYALTY_HOLD: Words(
        subject="your points are not settled yet",
        heading="Your points or vouchers wait for you",
        missing="Your order of {amount} is paid. The points or vouchers that belong to it are not settled yet.",
        next_step="Open your order and say how you want to use them; then it goes on by itself.",
        button="Settle my points",
        on_page="Sign in at the store where you placed the order and say how you want to use them; then it goes on by itself.",
    ),
    Stage.FULFILLMENT: Words(
        subject="it takes longer than we promised",
        heading="Your order takes longer than we promised",
        missing="Your order of {amount} is being worked on, and it is late. We have asked for the reason.",
        next_step="There is nothing you have to do. Open your order to see how it stands.",
        button="See my order",
        on_page="There is nothing you have to do. We write to you as soon as it moves.",
    ),
}


def words_of(stage: Stage) -> Words:
    """The text of a stage that has something open."""
    return WORDS[stage]
