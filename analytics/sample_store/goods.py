"""Providers and products of the sample store."""

from datetime import datetime

from analytics.storefront.goods import GOODS, SUPPLIERS
from guardrails.models import Provider
from merchandising.models import Product, ProductStatus
from smplat.db import transaction


def ensure_goods(*, now: datetime) -> None:
    """What is there already stays as operators left it."""
    with transaction():
        Provider.objects.bulk_create(
            [Provider(id=supplier.id, name=supplier.name, created_at=now) for supplier in SUPPLIERS],
            ignore_conflicts=True,
        )
        Product.objects.bulk_create(
            [
                Product(
                    id=good.id,
                    slug=good.slug,
                    title=good.title,
                    category=good.category,
                    base_price=good.price,
                    currency=good.currency,
                    status=ProductStatus.ACTIVE,
                    channels=["storefront"],
                    provider_id=good.supplier,
                    created_at=now,
                    updated_at=now,
                )
                for good in GOODS
            ],
            ignore_conflicts=True,
        )
