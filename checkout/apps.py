from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from smplat import clock


class CheckoutConfig(AppConfig):
    name = "checkout"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Models load after app configs.
        from checkout import components, personal_data, runbooks, scenarios, switches, timetable  # noqa: PLC0415
        from checkout.console import registration  # noqa: PLC0415

        switches.declare()
        timetable.register()
        components.register()
        registration.register()
        personal_data.register()
        # Importing them registered their steps.
        assert runbooks
        assert scenarios
        post_migrate.connect(ship_policies, sender=self, dispatch_uid="checkout.ship_policies")


def ship_policies(**_: Any) -> None:
    """Defaults are synced after every migrate, and so also after a test flush, which deletes what migrations seeded."""
    from checkout.policies import create_missing_policies  # noqa: PLC0415 - models load after app configs

    create_missing_policies(now=clock.now())
