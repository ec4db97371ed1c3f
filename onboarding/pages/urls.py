"""Pages that clients see without logging in."""

from django.urls import path

from onboarding.pages.checklist import ChecklistView

urlpatterns = [path("c/<str:token>", ChecklistView.as_view(), name="onboarding-checklist")]
