"""Templates: what a client has to do after paying, in versions that never change once journeys use them."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from onboarding.states import InteractionChannel, SelfCheck
from smplat.history import tracked
from smplat.ids import new_id


@tracked()
class JourneyTemplate(models.Model):
    """One version of a checklist. New journeys take the current version for their product's category, or the default's."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    slug = models.SlugField(max_length=100, help_text="The same for all versions.")
    version = models.PositiveIntegerField(default=1)
    title = models.CharField(max_length=255)
    product_category = models.CharField(
        max_length=255, blank=True, help_text="For orders whose first item is of this category; empty: for all others."
    )
    is_current = models.BooleanField(default=False, help_text="The version that new journeys take.")
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=200)

    class Meta:
        # What people call it; the words of the rights stay those of the code.
        verbose_name = "checklist"
        permissions: ClassVar = [("migrate_journeys", "Can move live journeys to another template version")]
        constraints: ClassVar = [
            models.UniqueConstraint(name="one_template_per_slug_and_version", fields=["slug", "version"]),
            models.UniqueConstraint(
                name="one_current_template_per_category", fields=["product_category"], condition=Q(is_current=True)
            ),
            models.UniqueConstraint(
                name="one_current_version_per_template", fields=["slug"], condition=Q(is_current=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.slug} v{self.version}"


class TemplateTask(models.Model):
    """One line of a checklist as it is copied into a new journey."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    template = models.ForeignKey(JourneyTemplate, on_delete=models.CASCADE, related_name="tasks")
    slug = models.SlugField(max_length=100)
    title = models.CharField(max_length=255)
    description = models.TextField(blank=True)
    sort_order = models.IntegerField(default=0)
    due_after_hours = models.PositiveIntegerField(
        null=True, blank=True, help_text="From the start of the journey; empty: never due."
    )
    preferred_channel = models.CharField(
        max_length=16, choices=InteractionChannel.choices, default=InteractionChannel.EMAIL
    )
    required_artifacts = ArrayField(
        models.CharField(max_length=255), default=list, blank=True, help_text="Labels of what the client hands in."
    )
    depends_on = models.SlugField(max_length=100, blank=True, help_text="Slug of the task that has to be done first.")
    self_check = models.CharField(max_length=32, choices=SelfCheck.choices, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="one_template_task_per_slug", fields=["template", "slug"]),
            models.CheckConstraint(
                name="template_task_does_not_wait_for_itself", condition=~Q(depends_on=models.F("slug"))
            ),
        ]

    def __str__(self) -> str:
        return self.title
