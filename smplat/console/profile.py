"""Each person's own page: the time zone of their pages, and the way to a new password."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from unfold.widgets import UnfoldAdminSelectWidget

from smplat.console.models import User
from smplat.console.pages import FormPage
from smplat.console.time_zones import time_zone_choices


class ProfileForm(forms.Form):
    time_zone = forms.ChoiceField(
        choices=time_zone_choices,
        widget=UnfoldAdminSelectWidget,
        help_text="Pages show times and day boundaries in this zone, and name it.",
    )


class ProfilePage(FormPage):
    path = "profile/"
    name = "profile"
    title = "Your profile"
    template_name = "console/profile.html"
    form_class = ProfileForm

    def get_initial(self) -> dict[str, Any]:
        return {"time_zone": self.person.time_zone}

    def get_page(self) -> dict[str, Any]:
        return {
            "person": self.person,
            "roles": ", ".join(self.person.groups.order_by("name").values_list("name", flat=True)),
        }

    def act(self, form: forms.Form) -> HttpResponse:
        User.objects.filter(pk=self.person.pk).update(time_zone=form.cleaned_data["time_zone"])
        messages.success(self.request, f"Times are shown in {form.cleaned_data['time_zone']} from now on.")
        return redirect("admin:profile")
