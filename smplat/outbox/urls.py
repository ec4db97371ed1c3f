"""Addresses of the outbox."""

from django.urls import path

from smplat.api.routes import both_slash_forms
from smplat.outbox.api.views import PreferencesView
from smplat.outbox.views import UnsubscribeView

app_name = "outbox"
urlpatterns = [
    path("unsubscribe/<str:token>", UnsubscribeView.as_view(), name="unsubscribe"),
    *both_slash_forms("api/v1/notifications/preferences/<str:user_id>", PreferencesView.as_view(), name="preferences"),
]
