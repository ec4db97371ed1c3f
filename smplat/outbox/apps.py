from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "smplat.outbox"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        # Pages and checks need models, which exist only now.
        from smplat.outbox import personal_data, registration  # noqa: PLC0415

        registration.register()
        personal_data.register()
