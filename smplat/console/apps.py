from django.apps import AppConfig
from django.contrib.admin.apps import AdminConfig
from django.db.models.signals import post_migrate

from smplat.console.roles_sync import sync_after_migrate


class ConsoleConfig(AppConfig):
    default = True
    name = "smplat.console"
    verbose_name = "Administration"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        post_migrate.connect(sync_after_migrate)
        # Pages need models, which exist only now.
        from smplat.console import checks, registrations  # noqa: PLC0415

        checks.use_offline_checks()
        registrations.register()


class ConsoleAdminConfig(AdminConfig):
    """Puts our site in the place of Django's default admin site, so that `admin.register` reaches it."""

    default_site = "smplat.console.site.ConsoleSite"
