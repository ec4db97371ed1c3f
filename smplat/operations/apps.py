from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "smplat.operations"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # The modules behind it need models, which exist only from here on.
        from smplat.operations.registration import register_all  # noqa: PLC0415

        register_all(self)
