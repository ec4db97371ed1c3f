from django.apps import AppConfig


class MerchandisingConfig(AppConfig):
    name = "merchandising"
    default_auto_field = "django.db.models.BigAutoField"
