"""Customers: the only place of the checkout that knows who a person is."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Lower

from smplat.ids import new_id


class Customer(models.Model):
    """A person who ordered. Its id is the recipient id of the outbox, where preferences live; erasing empties the rest."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField(max_length=254, blank=True, help_text="Empty: this customer cannot be prompted.")
    name = models.CharField(max_length=255, blank=True)
    locale = models.CharField(max_length=35, default="en-US", help_text="BCP 47, for example pt-BR.")
    time_zone = models.CharField(max_length=64, default="UTC", help_text="IANA name; quiet hours are counted in it.")
    created_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes: ClassVar = [
            # Finds a returning customer by address when an order names no user id, and the console's search.
            models.Index(Lower("email"), name="customer_by_email", condition=~models.Q(email="")),
            # The console's list, newest first.
            models.Index(fields=["-created_at", "-id"], name="customers_newest_first"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="erased_customer_has_no_name_or_address",
                condition=models.Q(erased_at__isnull=True) | models.Q(email="", name=""),
            ),
        ]

    def __str__(self) -> str:
        return self.email or str(self.id)
