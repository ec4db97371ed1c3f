"""Every URL of the platform; the composition root, so it may name every domain."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from smplat.console.views import root

urlpatterns: list[URLPattern | URLResolver] = [
    path("", root),
    path("", include("smplat.api.urls")),
    path("", include("smplat.operations.urls")),
    path("", include("smplat.outbox.urls")),
    path("", include("analytics.api.urls")),
    path("admin", root),
    path("admin/", admin.site.urls),
    path("", include("checkout.api.urls")),
    path("", include("onboarding.api.urls")),
    path("", include("checkout.pages.urls")),
    path("", include("onboarding.pages.urls")),
]

handler400 = "smplat.error_pages.bad_request"
handler403 = "smplat.error_pages.permission_denied"
handler404 = "smplat.error_pages.not_found"
handler500 = "smplat.error_pages.server_error"
