from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate

from smplat import clock


class OnboardingConfig(AppConfig):
    name = "onboarding"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Models load after app configs.
        from onboarding import components, personal_data, runbooks, scenarios, switches, timetable  # noqa: PLC0415
        from onboarding.console import registration  # noqa: PLC0415

        switches.declare()
        timetable.register()
        components.register()
        registration.register()
        personal_data.register()
        # Importing them registered their steps.
        assert runbooks
        assert scenarios
        post_migrate.connect(ship_defaults, sender=self, dispatch_uid="onboarding.ship_defaults")


def ship_defaults(**_: Any) -> None:
    """Policy and template are synced after every migrate, and so also after a test flush."""
    from onboarding.policies import create_missing_policy  # noqa: PLC0415 - models load after app configs
    from onboarding.templates import create_missing_template  # noqa: PLC0415 - as above

    now = clock.now()
    create_missing_policy(now=now)
    create_missing_template(now=now)
