from django.apps import AppConfig


class AnalyticsConfig(AppConfig):
    name = "analytics"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Models can be imported only now.
        from analytics import components, runbooks, switches, timetable  # noqa: PLC0415
        from analytics.console import registration  # noqa: PLC0415

        switches.declare()
        timetable.register()
        components.register()
        registration.register()
        # Importing it registered its steps.
        assert runbooks
