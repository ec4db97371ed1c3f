"""Who hears what: every topic that leaves or crosses from one domain to another, on one page.

Part of the composition root: handlers of any domain are named here, as dotted paths, so that no domain has to know its
listeners. docs/outbox.md shows the same table; a test holds the two together.
"""

from smplat.outbox.topics import Topic

TOPICS = (
    Topic(
        name="checkout.escalation",
        title="A stalled checkout needs a person, was taken by one, or is resolved.",
        channels=("slack",),
        template="checkout/escalation",
    ),
    Topic(
        name="checkout.order.moved",
        title="An order's status or the stage of its checkout changed.",
        handlers=("onboarding.handlers.follow_order",),
    ),
    Topic(
        name="checkout.order.paid",
        title="An order's payment stage is complete.",
        handlers=("onboarding.handlers.open_journey_of_paid_order",),
        is_public=True,
    ),
    Topic(
        name="checkout.recovery.prompt",
        title="A customer is reminded of the step that is missing, with a link back to it.",
        channels=("email",),
        category="order_updates",
        template="checkout/recovery_prompt",
    ),
    Topic(
        name="onboarding.nudge",
        title="A client is reminded of the steps of a checklist that wait for them.",
        channels=("email", "slack"),
        category="onboarding",
        template="onboarding/nudge",
    ),
    Topic(
        name="outbox.test",
        title="An operator tries a channel out.",
        channels=("email", "slack"),
        template="outbox/test",
        is_public=True,
    ),
)
