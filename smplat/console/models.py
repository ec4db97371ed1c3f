"""The people who use the console."""

from django.contrib.auth.models import AbstractUser
from django.core.exceptions import ValidationError
from django.db import models

from smplat.time_zones import time_zone_names


def validate_time_zone(name: str) -> None:
    """Raise ValidationError unless `name` is an IANA time zone."""
    if name not in time_zone_names():
        raise ValidationError(f"{name} is not a known time zone, use a name like Europe/Madrid.")


class User(AbstractUser):
    """A person who signs in to the console. Rights come from roles (groups), see smplat.console.roles."""

    time_zone = models.CharField(
        max_length=64,
        default="UTC",
        validators=[validate_time_zone],
        help_text="Pages show times and day boundaries in this zone (IANA name, for example Europe/Madrid).",
    )
