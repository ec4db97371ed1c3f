"""Pages that customers see without logging in."""

from django.urls import path

from checkout.pages.resume import ResumeView

urlpatterns = [path("r/<str:token>", ResumeView.as_view(), name="checkout-resume")]
