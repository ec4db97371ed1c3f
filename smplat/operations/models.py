"""What operators and the system itself write down about the running of the platform."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from smplat import history
from smplat.evidence import Evidence
from smplat.ids import new_id


class Heartbeat(models.Model):
    """When something last succeeded and last failed, written by that very thing. Not history: one row, overwritten."""

    name = models.CharField(max_length=200, primary_key=True)
    last_success_at = models.DateTimeField(null=True)
    last_error_at = models.DateTimeField(null=True)
    last_error = models.TextField(blank=True, default="", help_text="Redacted: no addresses, no secrets.")
    # Set back by the next success, so that an old error never keeps anything red.
    consecutive_failures = models.PositiveIntegerField(default=0)

    class Meta:
        permissions: ClassVar = [("view_readiness", "Can see the readiness page")]

    def __str__(self) -> str:
        return self.name


@history.tracked()
class SwitchState(models.Model):
    """A switch that was flipped at least once. A declared switch without a row stands as declared: on."""

    name = models.CharField(max_length=100, primary_key=True)
    is_on = models.BooleanField()
    reason = models.TextField()
    changed_by = models.CharField(max_length=200)
    changed_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, help_text="From then on the opposite of is_on holds.")

    class Meta:
        permissions: ClassVar = [("flip_switch", "Can flip switches")]
        constraints: ClassVar = [
            models.CheckConstraint(name="a_flip_has_a_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="a_flip_expires_after_it_was_made",
                condition=Q(expires_at__isnull=True) | Q(expires_at__gt=F("changed_at")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {'on' if self.is_on else 'off'}"


class DeclaredSchedule(models.Model):
    """What the code said about a schedule at the last sync: tells an operator's edit from an old default."""

    name = models.CharField(max_length=200, primary_key=True)
    task = models.CharField(max_length=200)
    every_seconds = models.PositiveIntegerField()
    is_retired = models.BooleanField(default=False, help_text="No longer in the code; its row for beat is disabled.")

    def __str__(self) -> str:
        return self.name


class RunbookRun(Evidence):
    """Somebody started a runbook, or one step of it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    runbook = models.CharField(max_length=100)
    started_at = models.DateTimeField()
    started_by = models.CharField(max_length=200)
    environment = models.CharField(max_length=32, help_text="The ENVIRONMENT of the process that ran it.")
    reason = models.TextField(blank=True, default="", help_text="Given before a step that acts.")

    class Meta(Evidence.Meta):
        permissions: ClassVar = [
            ("run_runbook", "Can run runbook steps that only look"),
            ("act_runbook", "Can run runbook steps that act"),
        ]
        # The page of one runbook lists its latest runs.
        indexes: ClassVar = [models.Index(fields=["runbook", "-started_at"], name="runbook_runs_latest_first")]

    def __str__(self) -> str:
        return f"{self.runbook} by {self.started_by}"


class RunbookStepRun(Evidence):
    """What one step said. A step that acts leaves a `started` row first, so that a crash in the middle shows."""

    class Outcome(models.TextChoices):
        # Written before a step that acts, in a transaction of its own.
        STARTED = "started"
        # The step found what it expects.
        PASSED = "passed"
        # The step ran and says that something is not as it should be.
        FAILED = "failed"
        # The step itself broke.
        CRASHED = "crashed"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    # Evidence refers only to evidence: neither side can be deleted.
    run = models.ForeignKey(RunbookRun, on_delete=models.PROTECT, related_name="steps")
    step = models.CharField(max_length=100)
    acts = models.BooleanField(help_text="False: whatever the step wrote was rolled back.")
    outcome = models.CharField(max_length=16, choices=Outcome.choices)
    summary = models.TextField(blank=True, default="")
    evidence = models.JSONField(default=dict)
    recorded_at = models.DateTimeField()
    duration_ms = models.PositiveIntegerField(default=0)

    class Meta(Evidence.Meta):
        pass

    def __str__(self) -> str:
        return f"{self.step} {self.outcome}"


class HoldScope(models.TextChoices):
    """What a hold stops prompts for."""

    ORDER = "order", "One order"  # a person snoozed it; subject is the order's id
    PROVIDER = "provider", "One provider"  # it is paused; subject is the provider's id
    STAGE = "stage", "One checkout stage"  # an incident concerns it; subject is the stage
    EVERYTHING = "everything", "Everything"  # an incident concerns all; subject is empty


@history.tracked()
class Hold(models.Model):
    """Sweeps leave what is held alone, and come back to it when the hold ends. Consulted while a row is claimed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    scope = models.CharField(max_length=16, choices=HoldScope.choices)
    subject = models.CharField(max_length=128, blank=True)
    reason = models.CharField(max_length=500)
    placed_by = models.CharField(max_length=200)
    placed_at = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True, help_text="Ends by itself then; empty: until it is released.")
    released_at = models.DateTimeField(null=True, blank=True)
    released_by = models.CharField(max_length=200, blank=True)

    class Meta:
        permissions: ClassVar = [("place_hold", "Can place and release holds")]
        indexes: ClassVar = [
            # Every claim of a sweep: what is held now. Holds only those not released, so it stays small.
            models.Index(fields=["scope", "subject"], name="holds_in_force", condition=Q(released_at__isnull=True)),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(name="a_hold_has_a_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="only_a_hold_on_everything_names_no_subject",
                condition=Q(scope=HoldScope.EVERYTHING, subject="") | (~Q(scope=HoldScope.EVERYTHING) & ~Q(subject="")),
            ),
            models.CheckConstraint(
                name="a_hold_ends_after_it_was_placed", condition=Q(until__isnull=True) | Q(until__gt=F("placed_at"))
            ),
            models.CheckConstraint(
                name="a_released_hold_says_by_whom",
                condition=Q(released_at__isnull=True, released_by="")
                | (Q(released_at__isnull=False) & ~Q(released_by="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.subject}".strip()


class SetAside(models.Model):
    """A row that a sweep could not decide about because of an error; it goes when it was decided about after all."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    sweep = models.CharField(max_length=100, help_text="The schedule that sends the sweep.")
    subject_id = models.UUIDField(help_text="The row that is due.")
    name = models.CharField(max_length=100, help_text="What operators call it, for example the order's number.")
    path = models.CharField(max_length=300, help_text="Where the console shows it.")
    reason = models.TextField(help_text="The error, redacted; the log has the whole of it.")
    since = models.DateTimeField(help_text="When it first failed.")
    last_failed_at = models.DateTimeField()
    times = models.PositiveIntegerField(help_text="How often it failed since then.")
    retry_at = models.DateTimeField(help_text="No sweep takes it before.")

    class Meta:
        verbose_name_plural = "set aside"
        indexes: ClassVar = [
            # The list, and what is over.
            models.Index(fields=["retry_at"], name="set_aside_by_retry"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(name="a_sweep_sets_a_row_aside_once", fields=["sweep", "subject_id"]),
        ]

    def __str__(self) -> str:
        return self.name
