from django.apps import AppConfig


class MerchandisingConfig(AppConfig):
    name = "merchandising"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from merchandising import registration  # noqa: PLC0415 - models load after app configs

        registration.register()
