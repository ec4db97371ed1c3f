"""The vocabulary of the outbox, one list for models, API and console."""

from django.db import models


class Channel(models.TextChoices):
    """How a message leaves."""

    # Through the SMTP server, to one address.
    EMAIL = "email", "Email"
    # To a Slack destination named in the settings.
    SLACK = "slack", "Slack"
    # Signed, to an endpoint that an operator registered.
    WEBHOOK = "webhook", "Webhook"
    # To a handler of another domain in this very program.
    EVENT = "event", "Event"


class State(models.TextChoices):
    """Where a message is in its life."""

    # Waits for its due time: new, or between two attempts.
    PENDING = "pending", "Pending"
    # A relay holds it until the lease runs out.
    LEASED = "leased", "In delivery"
    # The other side accepted it.
    DELIVERED = "delivered", "Delivered"
    # Deliberately not sent; the reason stands beside it.
    SUPPRESSED = "suppressed", "Suppressed"
    # Refused for good, or out of attempts; a person may send it again.
    DEAD = "dead", "Dead"


AT_REST = (State.DELIVERED, State.SUPPRESSED, State.DEAD)


class Category(models.TextChoices):
    """What a person can switch off; the values are the flags of their preferences."""

    # Progress of an order, prompts about an unfinished checkout included.
    ORDER_UPDATES = "order_updates", "Order updates"
    # Receipts, failed payments.
    PAYMENT_UPDATES = "payment_updates", "Payment updates"
    # Delays and problems of a delivery.
    FULFILLMENT_ALERTS = "fulfillment_alerts", "Delivery alerts"
    # Offers and news; off until the person asks for it.
    MARKETING_MESSAGES = "marketing_messages", "Offers and news"
    # Invoices and credits.
    BILLING_ALERTS = "billing_alerts", "Billing alerts"
    # Nudges about an onboarding checklist.
    ONBOARDING = "onboarding", "Getting-started tips"


class ChangeSource(models.TextChoices):
    """Where a preference was changed."""

    # The storefront, for its signed-in customer.
    API = "api", "Storefront"
    # The page behind a link in a message.
    LINK = "link", "Unsubscribe page"
    # The mail program's own button (RFC 8058).
    ONE_CLICK = "one-click", "One-click unsubscribe"


class Suppression(models.TextChoices):
    """Why a message was not sent on purpose."""

    # The recipient switched its category off before it was claimed.
    OPTED_OUT = "opted-out", "Recipient opted out"
    # The deployment has no SMTP server, Slack destination or such.
    NOT_CONFIGURED = "channel-not-configured", "Channel not configured"
    # The endpoint was switched off or removed after the message was written.
    ENDPOINT_OFF = "endpoint-off", "Endpoint is switched off"
    # The recipient's data was erased.
    ERASED = "erased", "Recipient erased"


class Happening(models.TextChoices):
    """One line of a message's log."""

    # The attempt was accepted.
    DELIVERED = "delivered", "Delivered"
    # The attempt failed and will be repeated, unless it was the last.
    FAILED = "failed", "Failed, can be retried"
    # The attempt failed and repeating it makes no sense.
    REFUSED = "refused", "Refused for good"
    # The attempt began and nobody recorded its end: its worker died or lost the lease. It may have been accepted.
    LOST = "lost", "Outcome unknown"
    # The claim decided not to send.
    SUPPRESSED = "suppressed", "Suppressed"
    # A person sent it again.
    RESENT = "resent", "Sent again"


ATTEMPT_ENDS = (Happening.DELIVERED, Happening.FAILED, Happening.REFUSED, Happening.LOST)
