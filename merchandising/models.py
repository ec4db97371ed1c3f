"""Products: what the storefront sells."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from guardrails.models import Provider
from smplat.history import tracked
from smplat.ids import new_id


class ProductStatus(models.TextChoices):
    """Whether a product is for sale."""

    DRAFT = "draft", "Draft"  # being prepared, cannot be ordered
    ACTIVE = "active", "Active"  # for sale in its channels
    ARCHIVED = "archived", "Archived"  # no longer sold; old orders still point to it


@tracked()
class Product(models.Model):
    """One thing the storefront sells, with the price that orders are checked against."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    slug = models.SlugField(max_length=255, unique=True)
    title = models.CharField(max_length=255)
    category = models.CharField(max_length=255, help_text="The storefront's category, for example instagram.")
    base_price = models.DecimalField(max_digits=10, decimal_places=2)
    currency = models.CharField(max_length=3)
    status = models.CharField(max_length=16, choices=ProductStatus.choices, default=ProductStatus.DRAFT)
    channels = ArrayField(
        models.CharField(max_length=64),
        default=list,
        blank=True,
        help_text="Where it is listed, for example storefront.",
    )
    provider = models.ForeignKey(
        Provider,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        help_text="Who fulfils it; copied to each order item.",
    )
    created_at = models.DateTimeField()
    updated_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(name="product_price_is_not_negative", condition=Q(base_price__gte=0)),
            models.CheckConstraint(name="product_status_is_known", condition=Q(status__in=ProductStatus.values)),
        ]

    def __str__(self) -> str:
        return self.title
