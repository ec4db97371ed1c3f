"""Liveness and readiness: open, cheap, and never hanging."""

from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from smplat.api.errors import MethodNotAllowed
from smplat.api.responses import answer
from smplat.api.views import OPEN, ApiView
from smplat.operations.probe import Report, probe
from smplat.operations.readiness import Status


class OpenView(ApiView):
    """Anybody may ask, as often as they like. A key is not even looked at: that would need the database."""

    scopes = {"GET": OPEN}
    is_throttled = False

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:  # noqa: ARG002 - DRF's signature
        """Refuse other methods; nothing else to check."""
        if request.method not in {"GET", "HEAD", "OPTIONS"}:
            raise MethodNotAllowed


class LivenessAnswer(serializers.Serializer[Any]):
    status = serializers.ChoiceField(choices=["ok"])


class NamedLivenessAnswer(LivenessAnswer):
    environment = serializers.CharField()
    version = serializers.CharField()


class ComponentAnswer(serializers.Serializer[Any]):
    status = serializers.ChoiceField(choices=[status.value for status in Status])
    detail = serializers.CharField(allow_null=True)
    last_error_at = serializers.DateTimeField(allow_null=True)
    last_success_at = serializers.DateTimeField(allow_null=True)
    last_error = serializers.CharField(allow_null=True)


class ReadinessAnswer(serializers.Serializer[Any]):
    status = serializers.ChoiceField(choices=["ready", "degraded", "error"])
    components = serializers.DictField(child=ComponentAnswer())


class NamedLivenessView(OpenView):
    """The process answers; the database is not asked."""

    @extend_schema(
        operation_id="liveness",
        tags=["operations"],
        auth=[],
        responses={200: OpenApiResponse(NamedLivenessAnswer, description="The process answers.")},
        examples=[
            OpenApiExample("alive", value={"status": "ok", "environment": "production", "version": "0.1.0"}),
        ],
    )
    def get(self, _request: Request) -> HttpResponse:
        return answer({"status": "ok", "environment": settings.ENVIRONMENT, "version": settings.VERSION})


class LivenessView(OpenView):
    """The process answers; the database is not asked."""

    @extend_schema(
        tags=["operations"],
        auth=[],
        responses={200: OpenApiResponse(LivenessAnswer, description="The process answers.")},
        examples=[OpenApiExample("alive", value={"status": "ok"})],
    )
    def get(self, _request: Request) -> HttpResponse:
        return answer({"status": "ok"})


READY_EXAMPLE = {
    "status": "degraded",
    "components": {
        "database": {
            "status": "ready",
            "detail": "Answers.",
            "last_error_at": None,
            "last_success_at": "2026-02-03T09:00:00Z",
            "last_error": None,
        },
        "beat": {
            "status": "error",
            "detail": "No sign of life for longer than 0:00:30.",
            "last_error_at": None,
            "last_success_at": "2026-02-03T08:51:12.204Z",
            "last_error": None,
        },
    },
}
DOWN_EXAMPLE = {
    "status": "error",
    "components": {
        "database": {
            "status": "error",
            "detail": "The check failed.",
            "last_error_at": "2026-02-03T09:00:00Z",
            "last_success_at": None,
            "last_error": "OperationalError: connection refused",
        },
    },
}


class ReadinessView(OpenView):
    """What works, what does not, since when. Answers 200 with the verdict; `?strict=1` is for load balancers."""

    @extend_schema(
        tags=["operations"],
        auth=[],
        parameters=[
            OpenApiParameter(
                "strict",
                str,
                description="`1`: answer 503 when the database or its migrations are not usable. "
                "Everything else degrades and stays 200.",
            ),
        ],
        responses={
            200: OpenApiResponse(ReadinessAnswer, description="The verdict, whatever it is."),
            503: OpenApiResponse(ReadinessAnswer, description="Only with `strict=1`: no request can be served."),
        },
        examples=[
            OpenApiExample("degraded", value=READY_EXAMPLE, status_codes=["200"]),
            OpenApiExample("down", value=DOWN_EXAMPLE, status_codes=["503"]),
        ],
    )
    def get(self, request: Request) -> HttpResponse:
        report = probe.report()
        strict = request.query_params.get("strict", "").lower() in {"1", "true", "yes"}
        status = 503 if strict and not report.serves else 200
        return answer(render_report(report), status=status, headers={"Cache-Control": "no-store"})


def render_report(report: Report) -> dict[str, Any]:
    """The wire form: every key of every component is always there."""
    return {
        "status": report.status.value,
        "components": {name: asdict(component) for name, component in report.components.items()},
    }
