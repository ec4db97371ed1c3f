"""Doors of the console that are not admin pages."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect


def root(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - Django's signature
    """The bare address is the console."""
    return redirect("admin:index")
