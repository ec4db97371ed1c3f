"""What Unfold asks for its look; smplat.settings.UNFOLD names these functions."""

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static

_ENVIRONMENT_COLOURS = {"production": "danger", "staging": "warning", "development": "info"}


def mark(request: HttpRequest) -> str:  # noqa: ARG001 - Unfold's signature
    """The logo's address."""
    return static("console/mark.svg")


def stylesheet(request: HttpRequest) -> str:  # noqa: ARG001 - Unfold's signature
    """The address of our own pages' styles."""
    return static("console/console.css")


def environment_badge(request: HttpRequest) -> list[str]:  # noqa: ARG001 - Unfold's signature
    """The word in the header that tells production from the rest."""
    return [settings.ENVIRONMENT, _ENVIRONMENT_COLOURS[settings.ENVIRONMENT]]
