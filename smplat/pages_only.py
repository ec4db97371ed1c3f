"""Middleware that pages need and the API does not: sessions, people, messages, framing and content policy.

API requests carry a key, render no page and must not touch the session table. Stepping aside for them saves about
as much time as their whole view takes.
"""

import re
from typing import Any, Final

from axes.middleware import AxesMiddleware as Axes
from django.conf import settings
from django.contrib.auth.middleware import AuthenticationMiddleware as Authentication
from django.contrib.messages.middleware import MessageMiddleware as Messages
from django.contrib.sessions.middleware import SessionMiddleware as Sessions
from django.http import HttpRequest, HttpResponsePermanentRedirect
from django.middleware.clickjacking import XFrameOptionsMiddleware as XFrameOptions
from django.middleware.common import CommonMiddleware as Common

from smplat.console.middleware import ContentPolicyMiddleware as ContentPolicy

API_PREFIX: Final = "/api/"


class PagesOnly:
    """Mixed in before a middleware: API requests pass it by."""

    get_response: Any

    def __call__(self, request: HttpRequest) -> Any:
        """The next answer for the API, the middleware's for everything else."""
        if request.path_info.startswith(API_PREFIX):
            return self.get_response(request)
        return super().__call__(request)  # type: ignore[misc]


class SessionMiddleware(PagesOnly, Sessions):
    """Sessions of people who sign in."""


class AuthenticationMiddleware(PagesOnly, Authentication):
    """`request.user`, which the API does not have."""


class MessageMiddleware(PagesOnly, Messages):
    """One-time messages between two pages."""


class XFrameOptionsMiddleware(PagesOnly, XFrameOptions):
    """No page of ours appears inside another site."""


class AxesMiddleware(PagesOnly, Axes):
    """The answer to too many failed logins."""


class ContentPolicyMiddleware(PagesOnly, ContentPolicy):
    """Which scripts and styles a page may load."""


class CommonMiddleware(Common):
    """The name a site is asked by must be its own, except where probes ask: they know an address, and get no link."""

    _probes = re.compile("|".join(settings.PROBE_PATHS))

    def process_request(self, request: HttpRequest) -> HttpResponsePermanentRedirect | None:
        """Refuse a foreign host."""
        return None if self._probes.match(request.path_info.removeprefix("/")) else super().process_request(request)
