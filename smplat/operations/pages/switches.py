"""The switches and how they stand; flipping one asks for a reason."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from smplat import clock
from smplat.console.pages import ConsolePage, FormPage
from smplat.operations import switches
from smplat.operations.actions.flip_switch import flip_switch
from smplat.operations.durations import parse_duration
from smplat.operations.models import SwitchState

REASON_MAX_LENGTH = 500
UNTIL_CHANGED = ("", "Until somebody changes it")


class SwitchesPage(ConsolePage):
    path = "operations/switches/"
    name = "operations_switches"
    title = "Switches"
    permission = "operations.view_switchstate"
    template_name = "operations/switches.html"

    def get_page(self) -> dict[str, Any]:
        return {
            "positions": switches.list_positions(clock.now()),
            "may_flip": self.person.has_perm("operations.flip_switch"),
        }


class FlipForm(forms.Form):
    reason = forms.CharField(
        max_length=REASON_MAX_LENGTH,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text="Kept in the history, beside your name. The next person on call reads it.",
    )
    duration = forms.ChoiceField(
        label="For how long",
        required=False,
        choices=[UNTIL_CHANGED, ("15m", "15 minutes"), ("1h", "1 hour"), ("4h", "4 hours"), ("1d", "1 day")],
        widget=UnfoldAdminSelectWidget,
        help_text="Afterwards it turns back by itself.",
    )


class FlipSwitchPage(FormPage):
    path = "operations/switches/<str:switch>/flip/"
    name = "operations_flip_switch"
    title = "Flip a switch"
    permission = "operations.flip_switch"
    parent = ("admin:operations_switches", "Switches")
    form_class = FlipForm
    template_name = "operations/flip_switch.html"

    @property
    def position(self) -> switches.Position:
        """The switch of the address, as it stands now."""
        name = self.kwargs["switch"]
        try:
            switch = switches.get(name)
        except switches.UnknownSwitch as unknown:
            raise Http404(str(unknown)) from unknown
        return switches.position_of(switch, SwitchState.objects.filter(name=name).first(), clock.now())

    def get_title(self) -> str:
        position = self.position
        return f"Turn {position.switch.title} {'off' if position.is_on else 'on'}"

    def get_page(self) -> dict[str, Any]:
        return {"position": self.position, "flip_label": "Turn off" if self.position.is_on else "Turn on"}

    def act(self, form: forms.Form) -> HttpResponse:
        now, duration = clock.now(), form.cleaned_data["duration"]
        flipped = flip_switch(
            name=self.kwargs["switch"],
            # What the page said would happen, not the opposite of what holds by now.
            on=self.request.POST.get("on") == "1",
            by=f"user:{self.person.get_username()}",
            reason=form.cleaned_data["reason"],
            now=now,
            expires_at=now + parse_duration(duration) if duration else None,
        )
        messages.success(self.request, f"{flipped.name} is {'on' if flipped.is_on else 'off'}.")
        return redirect("admin:operations_switches")
