"""Messages and the log of what became of each."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from smplat.evidence import Evidence
from smplat.ids import new_id
from smplat.outbox.choices import AT_REST, ATTEMPT_ENDS, Category, Channel, Happening, State, Suppression


class MessageQuerySet(models.QuerySet["Message"]):
    """Reads of the outbox."""

    def undelivered(self) -> "MessageQuerySet":
        """Messages that still have to leave."""
        return self.filter(state__in=(State.PENDING, State.LEASED))

    def failing(self) -> "MessageQuerySet":
        """Messages that failed at least once in this round, or are held up by one that did, and will be tried again."""
        return self.undelivered().exclude(last_error="")

    def held_up(self) -> "MessageQuerySet":
        """Those that have not been tried in this round, because a server, destination or endpoint takes nothing from us."""
        return self.failing().filter(attempts=F("attempts_forgiven"))


class Message(models.Model):
    """Something that leaves, written in the transaction of its cause.

    `id` is the webhook id and part of the email Message-ID: it stays the same over retries and resends, so that a
    receiver recognises a repeat.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    topic = models.CharField(max_length=100, help_text="What happened, for example checkout.order.paid.")
    channel = models.CharField(max_length=10, choices=Channel.choices)
    recipient = models.CharField(
        max_length=500,
        blank=True,
        help_text="Email address, Slack destination, endpoint id or handler; blank once purged.",
    )
    # Whose preferences apply; null for messages to systems and to staff.
    recipient_id = models.UUIDField(null=True, blank=True)
    # Copied from the topic, so that a claim needs no registry; blank when nobody can opt out of it.
    category = models.CharField(max_length=30, choices=Category.choices, blank=True)
    payload = models.JSONField(default=dict, help_text="Plain values the channel renders; empty once purged.")
    dedupe_key = models.CharField(max_length=200, help_text="The same cause never writes a second message.")
    state = models.CharField(max_length=10, choices=State.choices, default=State.PENDING)
    due_at = models.DateTimeField(help_text="Not sent before; moves with every retry.")
    attempts = models.PositiveIntegerField(default=0, help_text="Counted before each delivery begins.")
    # Attempts of earlier rounds, which no longer count against the limit since a person sent the message again.
    attempts_forgiven = models.PositiveIntegerField(default=0)
    lease_id = models.UUIDField(null=True, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    # Set while a delivery is under way: a lease that ends with this set had an attempt of unknown outcome.
    attempt_started_at = models.DateTimeField(null=True, blank=True)
    last_error = models.TextField(blank=True)
    suppressed_because = models.CharField(max_length=30, choices=Suppression.choices, blank=True)
    created_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True, blank=True)
    # When payload and recipient were removed; the row stays, its key keeps protecting against repeats.
    purged_at = models.DateTimeField(null=True, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = "message"
        permissions: ClassVar = [("resend_message", "Can send a message again")]
        indexes: ClassVar = [
            # The claim: what is due on one channel, oldest first. Holds only the undelivered, so it stays small.
            models.Index(fields=["channel", "due_at"], name="outbox_due", condition=Q(state=State.PENDING)),
            # Leases that ran out.
            models.Index(fields=["lease_until"], name="outbox_leases", condition=Q(state=State.LEASED)),
            # The console: one state, newest first; dead messages on the attention page.
            models.Index(fields=["state", "-created_at", "-id"], name="outbox_state_newest"),
            # The console: everything, newest first.
            models.Index(fields=["-created_at", "-id"], name="outbox_newest"),
            # Everything ever sent to one person: their page, export and erasure.
            models.Index(fields=["recipient_id"], name="outbox_person", condition=Q(recipient_id__isnull=False)),
            # The purge: what came to rest and still has its payload.
            models.Index(
                fields=["created_at"], name="outbox_purge", condition=Q(purged_at__isnull=True, state__in=AT_REST)
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["topic", "dedupe_key"], name="one_message_per_topic_and_dedupe_key"),
            models.CheckConstraint(condition=Q(state__in=State.values), name="message_state_is_known"),
            models.CheckConstraint(condition=Q(channel__in=Channel.values), name="message_channel_is_known"),
            models.CheckConstraint(
                condition=Q(state=State.LEASED, lease_id__isnull=False, lease_until__isnull=False)
                | (~Q(state=State.LEASED) & Q(lease_id__isnull=True, lease_until__isnull=True)),
                name="message_has_a_lease_exactly_while_leased",
            ),
            models.CheckConstraint(
                condition=Q(attempt_started_at__isnull=True) | Q(state=State.LEASED),
                name="message_attempt_runs_only_under_a_lease",
            ),
            models.CheckConstraint(
                condition=Q(state=State.DELIVERED, delivered_at__isnull=False)
                | (~Q(state=State.DELIVERED) & Q(delivered_at__isnull=True)),
                name="message_has_delivered_at_exactly_when_delivered",
            ),
            models.CheckConstraint(
                condition=Q(state=State.SUPPRESSED, suppressed_because__in=Suppression.values)
                | (~Q(state=State.SUPPRESSED) & Q(suppressed_because="")),
                name="message_has_a_reason_exactly_when_suppressed",
            ),
            models.CheckConstraint(
                condition=Q(attempts_forgiven__lte=F("attempts")), name="message_forgives_no_more_than_was_tried"
            ),
            models.CheckConstraint(
                condition=Q(category="") | Q(category__in=Category.values, recipient_id__isnull=False),
                name="message_with_a_category_names_whose_consent",
            ),
            models.CheckConstraint(
                condition=Q(purged_at__isnull=True) | Q(state__in=AT_REST, payload={}, recipient=""),
                name="message_is_purged_only_at_rest_and_wholly",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic} by {self.channel}"

    @property
    def attempts_this_round(self) -> int:
        """Attempts since the message was written or last sent again."""
        return self.attempts - self.attempts_forgiven


class DeliveryLogEntry(Evidence):
    """What happened to a message, line by line; holds no name or address."""

    id = models.BigAutoField(primary_key=True)
    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="log")
    happening = models.CharField(max_length=12, choices=Happening.choices)
    # Number of the attempt it ends, 0 when it is about no attempt.
    attempt = models.PositiveIntegerField(default=0)
    at = models.DateTimeField()
    detail = models.TextField(blank=True, help_text="The other side's words or our reason, addresses redacted.")
    response_status = models.PositiveSmallIntegerField(null=True, blank=True)
    duration_ms = models.PositiveIntegerField(null=True, blank=True)
    by = models.CharField(max_length=150, blank=True, help_text="The person behind it, blank for the relay.")

    class Meta(Evidence.Meta):
        verbose_name = "delivery log entry"
        verbose_name_plural = "delivery log"
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(happening__in=Happening.values), name="delivery_happening_is_known"),
            models.UniqueConstraint(
                fields=["message", "attempt"],
                condition=Q(happening__in=ATTEMPT_ENDS),
                name="one_log_entry_per_delivery_attempt",
            ),
            models.CheckConstraint(
                condition=Q(happening__in=ATTEMPT_ENDS, attempt__gte=1)
                | (~Q(happening__in=ATTEMPT_ENDS) & Q(attempt=0)),
                name="delivery_attempt_is_numbered_exactly_when_it_is_one",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.happening} at {self.at:%Y-%m-%d %H:%M:%S}"
