"""What the console itself adds to its registries."""

from smplat.console import navigation, pages, roles
from smplat.console.navigation import Link
from smplat.console.profile import ProfilePage

# Administration stands last.
LINKS = (
    Link(group="", title="What needs you", icon="notifications", url_name="admin:index", order=0),
    Link(
        group="Administration",
        title="People",
        icon="group",
        url_name="admin:console_user_changelist",
        permission="console.view_user",
        order=910,
    ),
    Link(
        group="Administration",
        title="Roles",
        icon="badge",
        url_name="admin:auth_group_changelist",
        permission="auth.view_group",
        order=911,
    ),
    Link(
        group="Administration",
        title="Failed logins",
        icon="lock",
        url_name="admin:axes_accessattempt_changelist",
        permission="axes.view_accessattempt",
        order=930,
    ),
    Link(
        group="Operations",
        title="Schedules",
        icon="schedule",
        url_name="admin:django_celery_beat_periodictask_changelist",
        permission="django_celery_beat.view_periodictask",
        order=880,
    ),
)


def register() -> None:
    """Called once, when all apps are loaded."""
    pages.register(ProfilePage)
    roles.grant("admin", "console.view_user", "console.add_user", "console.change_user", "auth.view_group")
    roles.grant("admin", "axes.view_accessattempt", "axes.delete_accessattempt")
    roles.grant("on-call", "django_celery_beat.view_periodictask", "django_celery_beat.change_periodictask")
    for link in LINKS:
        navigation.register(link)
