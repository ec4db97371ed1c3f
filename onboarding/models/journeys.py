"""Journeys and their tasks: what one client has to do for one order."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from checkout.models import Order
from onboarding.models.templates import JourneyTemplate
from onboarding.states import InteractionChannel, JourneyStatus, SelfCheck, Side, TaskStatus
from smplat.ids import new_id


class Journey(models.Model):
    """The checklist of one order, pinned to the template version it was made from."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    order = models.OneToOneField(Order, on_delete=models.PROTECT, related_name="journey")
    template = models.ForeignKey(JourneyTemplate, on_delete=models.PROTECT, related_name="journeys")
    status = models.CharField(max_length=16, choices=JourneyStatus.choices, default=JourneyStatus.NOT_STARTED)
    referral_code = models.CharField(max_length=255, blank=True)
    context = models.JSONField(
        default=dict, blank=True, help_text="What the storefront said: offer, addons, support, platform_contexts."
    )
    progress_percentage = models.DecimalField(max_digits=5, decimal_places=2, default=0)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    started_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    stalled_at = models.DateTimeField(null=True, blank=True, help_text="Since when it is stalled.")
    # The newest of its interactions, else its last change: risk and patience count from here.
    last_touch_at = models.DateTimeField(help_text="When anybody last did something about it.")
    # The newest change of a task or artifact: a reminder touches a journey and does not move it.
    last_progress_at = models.DateTimeField(help_text="When it last came closer to its end, or further from it.")
    turn = models.CharField(max_length=16, choices=Side.choices, default=Side.NOBODY, help_text="Whose turn it is.")
    turn_since = models.DateTimeField()
    nudge_due_at = models.DateTimeField(null=True, blank=True, help_text="When the nudge sweep decides about it.")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        db_table = "onboarding_journeys"
        permissions: ClassVar = [
            ("nudge_client", "Can send a client a nudge"),
            ("manage_tasks", "Can skip, reopen, add, reassign and reschedule tasks"),
            ("assign_journey", "Can give a journey an owner"),
        ]
        indexes: ClassVar = [
            # The operators' list and its keyset cursor, newest first.
            models.Index(fields=["-started_at", "-id"], name="journeys_newest_first"),
            # The same list by status, and the counts by status.
            models.Index(fields=["status", "-started_at", "-id"], name="journeys_by_status_newest"),
            # Risk: the open ones that were left alone for longest.
            models.Index(
                fields=["last_touch_at", "id"],
                name="journeys_left_alone",
                condition=~Q(status=JourneyStatus.COMPLETED),
            ),
            # The nudge sweep: what is due, oldest first.
            models.Index(
                fields=["nudge_due_at", "id"], name="journeys_to_nudge", condition=Q(nudge_due_at__isnull=False)
            ),
            # The stall check of the sweep.
            models.Index(fields=["last_progress_at", "id"], name="journeys_to_stall", condition=Q(status="active")),
            # Search by referral code, exactly, and the filter on having one.
            models.Index(fields=["referral_code"], name="journeys_by_referral", condition=~Q(referral_code="")),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="journey_has_completed_at_exactly_when_completed",
                condition=Q(status=JourneyStatus.COMPLETED, completed_at__isnull=False)
                | (~Q(status=JourneyStatus.COMPLETED) & Q(completed_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="journey_has_stalled_at_exactly_when_stalled",
                condition=Q(status=JourneyStatus.STALLED, stalled_at__isnull=False)
                | (~Q(status=JourneyStatus.STALLED) & Q(stalled_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="journey_has_started_at_once_started",
                condition=Q(status=JourneyStatus.NOT_STARTED) | Q(started_at__isnull=False),
            ),
            models.CheckConstraint(
                name="journey_progress_is_a_percentage",
                condition=Q(progress_percentage__gte=0, progress_percentage__lte=100),
            ),
            models.CheckConstraint(name="journey_status_is_known", condition=Q(status__in=JourneyStatus.values)),
            models.CheckConstraint(name="journey_turn_is_known", condition=Q(turn__in=Side.values)),
        ]

    def __str__(self) -> str:
        return f"Onboarding of {self.order.order_number}"


class Task(models.Model):
    """One thing to do. Skipped tasks count as completed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    journey = models.ForeignKey(Journey, on_delete=models.PROTECT, related_name="tasks")
    slug = models.SlugField(max_length=100)
    title = models.CharField(max_length=255)
    description = models.TextField(blank=True)
    status = models.CharField(max_length=16, choices=TaskStatus.choices, default=TaskStatus.PENDING)
    is_skipped = models.BooleanField(default=False, help_text="Completed by an operator's decision, not by work.")
    # A task that a newer template version no longer has; kept for its log, counted nowhere.
    dropped_at = models.DateTimeField(null=True, blank=True)
    sort_order = models.IntegerField(default=0)
    due_at = models.DateTimeField(null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    preferred_channel = models.CharField(
        max_length=16, choices=InteractionChannel.choices, default=InteractionChannel.EMAIL
    )
    depends_on = models.SlugField(max_length=100, blank=True, help_text="Slug of the task that has to be done first.")
    self_check = models.CharField(max_length=32, choices=SelfCheck.choices, blank=True)
    nudges_sent = models.PositiveSmallIntegerField(default=0, help_text="Since the task was last opened.")
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField(help_text="When its state or its terms last changed.")

    class Meta:
        db_table = "onboarding_tasks"
        indexes: ClassVar = [
            # Overdue tasks, for the attention page and the operators' list.
            models.Index(
                fields=["due_at"],
                name="tasks_open_and_due",
                condition=Q(due_at__isnull=False, dropped_at__isnull=True) & ~Q(status=TaskStatus.COMPLETED),
            ),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(name="one_task_per_slug_of_a_journey", fields=["journey", "slug"]),
            models.CheckConstraint(
                name="task_has_completed_at_exactly_when_completed",
                condition=Q(status=TaskStatus.COMPLETED, completed_at__isnull=False)
                | (~Q(status=TaskStatus.COMPLETED) & Q(completed_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="task_is_skipped_only_when_completed",
                condition=Q(is_skipped=False) | Q(status=TaskStatus.COMPLETED),
            ),
            models.CheckConstraint(name="task_does_not_wait_for_itself", condition=~Q(depends_on=F("slug"))),
            models.CheckConstraint(name="task_status_is_known", condition=Q(status__in=TaskStatus.values)),
        ]

    def __str__(self) -> str:
        return self.title
