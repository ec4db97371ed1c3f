"""Products in the console: what orders are checked against."""

from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminSelectWidget

from merchandising.models import Product, ProductStatus
from smplat import clock
from smplat.console.columns import column
from smplat.console.history_page import HistoryMixin
from smplat.console.templatetags.console import money

_COLOURS = {
    ProductStatus.DRAFT.label: "info",
    ProductStatus.ACTIVE.label: "success",
    ProductStatus.ARCHIVED.label: "warning",
}


class ProductForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    """Offers the currencies that orders can be placed in."""

    currency = forms.ChoiceField(widget=UnfoldAdminSelectWidget)

    class Meta:
        model = Product
        fields = ("title", "slug", "category", "base_price", "currency", "status", "channels", "provider")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "currency" in self.fields:
            field = self.fields["currency"]
            assert isinstance(field, forms.ChoiceField)
            known = dict.fromkeys([*settings.CURRENCIES, self.instance.currency])
            field.choices = [(code, code) for code in known if code]


@admin.register(Product)
class ProductAdmin(HistoryMixin, ModelAdmin):
    nothing_yet: ClassVar[str] = "Orders name products: add those the storefront sells."
    form = ProductForm
    list_display = ("title", "slug", "category", "price", "status_label", "provider")
    list_filter = ("status", "provider")
    list_select_related = ("provider",)
    search_fields = ("title", "slug")
    search_help_text = "Title or slug"
    ordering = ("title", "id")
    actions = None
    readonly_fields = ("id", "created_at", "updated_at")
    fields: ClassVar = (
        "title",
        ("slug", "category"),
        ("base_price", "currency"),
        ("status", "provider"),
        "channels",
        ("id", "created_at", "updated_at"),
    )

    @column("Price")
    def price(self, product: Product) -> str:
        return money({product.currency: product.base_price})

    @column("Status", label=_COLOURS)
    def status_label(self, product: Product) -> str:
        return ProductStatus(product.status).label

    def save_model(self, request: HttpRequest, obj: Product, form: Any, change: bool) -> None:  # noqa: FBT001 - Django's signature
        obj.updated_at = clock.now()
        if not change:
            obj.created_at = obj.updated_at
        super().save_model(request, obj, form, change)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 - Django's signature
        """Old orders point to it; archive it instead."""
        return False
