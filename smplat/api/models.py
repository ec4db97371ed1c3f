"""Who may call the API, and which calls were already answered."""

from datetime import datetime
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from smplat import history
from smplat.api.keys import KeyKind
from smplat.api.scopes import PUBLISHABLE_SCOPES, Scope


@history.tracked()
class ApiClient(models.Model):
    """A system that calls the API under its own name: a storefront, an import, a dashboard."""

    name = models.CharField(max_length=120, unique=True, help_text="What calls us, for example “Storefront web”.")
    owner = models.CharField(max_length=120, blank=True, help_text="Team or person who answers for it.")
    contact = models.EmailField(blank=True, help_text="Where to write when a key expires or misbehaves.")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = "API client"

    def __str__(self) -> str:
        return self.name


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    def usable(self, *, now: datetime) -> "ApiKeyQuerySet":
        """Keys that open something at `now`."""
        return self.filter(revoked_at=None).filter(Q(expires_at=None) | Q(expires_at__gt=now))


# The use of a key is no change of it, and its hash belongs nowhere else.
@history.tracked(exclude=["hash", "last_used_at"])
class ApiKey(models.Model):
    """One secret of a client. The secret itself is shown once and only its hash is kept."""

    class Kind(models.TextChoices):
        """Whether the public may see the key."""

        SECRET = KeyKind.SECRET, "Secret"  # lives on servers
        PUBLISHABLE = KeyKind.PUBLISHABLE, "Publishable"  # stands in a page's source

    client = models.ForeignKey(ApiClient, on_delete=models.PROTECT, related_name="keys")
    name = models.CharField(max_length=120, help_text="What this key is for, for example “production”.")
    prefix = models.CharField(max_length=16, help_text="How the key begins, to tell keys apart.")
    hash = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the key.")
    kind = models.CharField(max_length=16, choices=Kind, default=Kind.SECRET)
    scopes = ArrayField(models.CharField(max_length=40, choices=Scope), help_text="What the key may do.")
    allowed_origins = ArrayField(
        models.CharField(max_length=255),
        default=list,
        blank=True,
        help_text="Origins of the pages that use a publishable key, for example https://shop.example.com.",
    )
    expires_at = models.DateTimeField(null=True, blank=True, help_text="From then on the key opens nothing.")
    last_used_at = models.DateTimeField(null=True, editable=False, help_text="Accurate to a minute.")
    revoked_at = models.DateTimeField(null=True, editable=False)
    # The key that took over; until `expires_at` both work.
    replaced_by = models.OneToOneField(
        "self", null=True, editable=False, on_delete=models.PROTECT, related_name="replaces"
    )
    created_by = models.CharField(max_length=150, editable=False, help_text="Who issued it.")
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        verbose_name = "API key"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="api_key_has_a_known_kind", condition=Q(kind__in=[kind.value for kind in KeyKind])
            ),
            models.CheckConstraint(name="api_key_has_a_scope", condition=Q(scopes__len__gt=0)),
            models.CheckConstraint(
                name="publishable_key_only_writes_what_visitors_may",
                condition=~Q(kind=KeyKind.PUBLISHABLE) | Q(scopes__contained_by=sorted(PUBLISHABLE_SCOPES)),
            ),
            models.CheckConstraint(
                name="publishable_key_lists_its_origins_and_a_secret_key_none",
                condition=Q(kind=KeyKind.PUBLISHABLE, allowed_origins__len__gt=0)
                | Q(kind=KeyKind.SECRET, allowed_origins__len=0),
            ),
            models.CheckConstraint(
                name="replaced_api_key_expires",
                condition=Q(replaced_by=None) | Q(expires_at__isnull=False),
            ),
            models.CheckConstraint(name="api_key_does_not_replace_itself", condition=~Q(replaced_by=F("id"))),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"


class IdempotencyReceipt(models.Model):
    """The answer to a request that carried an Idempotency-Key, kept until retries of it have ended."""

    # 0 stands for the key of the environment. Not a foreign key: receipts are short-lived and never hold a client back.
    client_id = models.BigIntegerField()
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of method, path and body.")
    status = models.PositiveSmallIntegerField()
    body = models.TextField(help_text="The JSON that was answered, replayed byte for byte.")
    # The retention task deletes by it.
    created_at = models.DateTimeField(db_default=Now(), db_index=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="one_answer_for_each_idempotency_key", fields=["client_id", "key"]),
            models.CheckConstraint(
                name="only_successes_are_kept_for_replay", condition=Q(status__gte=200) & Q(status__lt=300)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.status} {self.key}"
