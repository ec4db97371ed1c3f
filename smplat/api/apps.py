from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "smplat.api"
    default_auto_field = "django.db.models.BigAutoField"
    verbose_name = "API"

    def ready(self) -> None:
        # Pages need models, which exist only now.
        from smplat.api import registrations  # noqa: PLC0415

        registrations.register()
