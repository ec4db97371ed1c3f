"""The states of an order and of its checkout: one list for tables, API and console."""

from django.db.models import TextChoices


class OrderStatus(TextChoices):
    """Where an order stands, as customers and operators speak of it."""

    PENDING = "pending", "Pending"  # placed, not paid
    PROCESSING = "processing", "Processing"  # paid; being verified or held for loyalty
    ACTIVE = "active", "Active"  # handed to the provider
    COMPLETED = "completed", "Completed"  # delivered; an operator may reopen it
    ON_HOLD = "on_hold", "On hold"  # stopped by a person at the stage it was in; sweeps skip it
    CANCELED = "canceled", "Canceled"  # terminal: nothing moves and nobody is prompted


# Somebody waits for them to move; the others are at rest.
OPEN = (OrderStatus.PENDING, OrderStatus.PROCESSING, OrderStatus.ACTIVE)


class Stage(TextChoices):
    """The stages a checkout walks through, in this order."""

    PAYMENT = "payment", "Payment"  # until every part is paid
    VERIFICATION = "verification", "Verification"  # the payment is checked
    LOYALTY_HOLD = "loyalty_hold", "Loyalty hold"  # points or vouchers are settled
    FULFILLMENT = "fulfillment", "Fulfillment"  # the provider works
    COMPLETED = "completed", "Completed"  # nothing left to do

    @property
    def position(self) -> int:
        """0 for payment … 4 for completed."""
        return STAGES.index(self)

    @property
    def following(self) -> "Stage":
        """The next stage; completed follows itself."""
        return STAGES[min(self.position + 1, len(STAGES) - 1)]


STAGES: tuple[Stage, ...] = tuple(Stage)


class StageStatus(TextChoices):
    """How the current stage is doing."""

    NOT_STARTED = "not_started", "Not started"  # just entered
    IN_PROGRESS = "in_progress", "In progress"  # somebody or something works on it
    WAITING = "waiting", "Waiting"  # for the customer or a third party, until next_action_at
    COMPLETED = "completed", "Completed"  # only ever together with the stage `completed`
    FAILED = "failed", "Failed"  # may be retried: failed → in_progress


# Something is being done about the stage.
WORKING = frozenset({StageStatus.IN_PROGRESS, StageStatus.WAITING})


class OrderSource(TextChoices):
    """How an order came to be."""

    CHECKOUT = "checkout", "Checkout"  # by a customer in the storefront
    MANUAL = "manual", "Manual"  # by an operator


class ActorType(TextChoices):
    """Who caused a change, as the wire names it."""

    SYSTEM = "system", "System"  # a rule of ours
    OPERATOR = "operator", "Operator"  # a person in the console or a tool of theirs
    ADMIN = "admin", "Admin"  # a person with all rights
    AUTOMATION = "automation", "Automation"  # a script with a key of its own
    PROVIDER = "provider", "Provider"  # the provider behind the order


class StateEventType(TextChoices):
    """What an order's log can say."""

    STATE_CHANGE = "state_change", "Status changed"
    NOTE = "note", "Note"
    REFILL_REQUESTED = "refill_requested", "Refill requested"
    REFILL_COMPLETED = "refill_completed", "Refill completed"
    REFUND_REQUESTED = "refund_requested", "Refund requested"
    REFUND_COMPLETED = "refund_completed", "Refund completed"
    REPLAY_SCHEDULED = "replay_scheduled", "Replay scheduled"
    REPLAY_EXECUTED = "replay_executed", "Replay executed"
    AUTOMATION_ALERT = "automation_alert", "Automation alert"


# The status an order has while its checkout is in a stage (on_hold and canceled may stand over any stage).
STATUS_OF_STAGE: dict[Stage, OrderStatus] = {
    Stage.PAYMENT: OrderStatus.PENDING,
    Stage.VERIFICATION: OrderStatus.PROCESSING,
    Stage.LOYALTY_HOLD: OrderStatus.PROCESSING,
    Stage.FULFILLMENT: OrderStatus.ACTIVE,
    Stage.COMPLETED: OrderStatus.COMPLETED,
}
