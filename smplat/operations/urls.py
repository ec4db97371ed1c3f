"""Liveness and readiness at the paths that load balancers and storefronts already ask, and the switches."""

from smplat.api.routes import both_slash_forms
from smplat.operations.api.views import SwitchesView, SwitchView
from smplat.operations.views import LivenessView, NamedLivenessView, ReadinessView

SWITCHES = "api/v1/operations/switches"
ROUTES = [
    ("healthz", NamedLivenessView, "liveness-named"),
    ("api/v1/healthz", LivenessView, "liveness"),
    ("api/v1/health/healthz", LivenessView, "liveness-nested"),
    ("api/v1/readyz", ReadinessView, "readiness"),
    ("api/v1/health/readyz", ReadinessView, "readiness-nested"),
    (SWITCHES, SwitchesView, "switches"),
    (f"{SWITCHES}/<str:name>", SwitchView, "switch"),
]

urlpatterns = [
    pattern for route, view, name in ROUTES for pattern in both_slash_forms(route, view.as_view(), name=name)
]
