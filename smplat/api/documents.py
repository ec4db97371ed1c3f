"""The OpenAPI document and the page that shows it, open to everyone: neither holds anything secret."""

from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from smplat.api.openapi import document
from smplat.api.reference import list_operations
from smplat.api.responses import answer


@cache
def _document() -> dict[str, Any]:
    """Made once in each process: nothing in it changes while the process runs."""
    return document()


@require_safe
def openapi_json(_request: HttpRequest) -> HttpResponse:
    """OpenAPI 3.1."""
    return answer(_document())


@require_safe
def reference_page(request: HttpRequest) -> HttpResponse:
    """The same to read."""
    found = _document()
    page = {"title": found["info"]["title"], "version": found["info"]["version"], "groups": list_operations(found)}
    return render(request, "api/reference.html", page)
