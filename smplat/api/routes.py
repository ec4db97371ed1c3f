"""One way to put an API operation at its path."""

from collections.abc import Callable
from typing import Any

from django.http.response import HttpResponseBase
from django.urls import URLPattern, path


def both_slash_forms(route: str, view: Callable[..., HttpResponseBase], *, name: str) -> list[URLPattern]:
    """`route` (without a trailing slash) and its slash form, both answering directly.

    A redirect would lose the body of a POST. The OpenAPI document shows the form without a slash.

        urlpatterns = [*both_slash_forms("api/v1/orders", OrdersView.as_view(), name="orders")]
    """
    arguments: dict[str, Any] = {}
    return [path(route, view, arguments, name=name), path(f"{route}/", view, arguments, name=f"{name}-slash")]
