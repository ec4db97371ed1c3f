"""The two pages that show a secret, once: issuing a key and rotating one.

The secret is in the answer to the POST and nowhere else: not in the session, a message, the history or a redirect. Sending
the same form again (a reload) is refused instead of issuing another key.
"""

from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from smplat import clock
from smplat.api.actions.issue_api_key import IssuedKey, issue_api_key
from smplat.api.actions.rotate_api_key import DEFAULT_OVERLAP, MAX_OVERLAP, rotate_api_key
from smplat.api.keys import KeyKind
from smplat.api.models import ApiClient, ApiKey
from smplat.api.scopes import Scope
from smplat.console.actions import REASON_MAX_LENGTH
from smplat.console.pages import FormPage
from smplat.errors import Conflict
from smplat.ids import new_id

# How many used forms a session remembers; a reload is of the last one.
_REMEMBERED_FORMS = 20
_SESSION_KEY = "used_key_forms"


class FormUsedAlready(Conflict):
    """This form was used already and its key was shown then. If the secret is lost, rotate that key."""

    code = "form-used-already"


class DateWidget(UnfoldAdminTextInputWidget):
    input_type = "date"


class OnceForm(forms.Form):
    """A form that works once."""

    form_id = forms.UUIDField(widget=forms.HiddenInput, initial=new_id)


class IssueKeyForm(OnceForm):
    name = forms.CharField(
        max_length=120, widget=UnfoldAdminTextInputWidget, help_text="What this key is for, for example “production”."
    )
    kind = forms.ChoiceField(
        choices=ApiKey.Kind.choices,
        widget=UnfoldAdminSelectWidget,
        help_text="Secret keys live on servers. A publishable key stands in a page's source and can only write events.",
    )
    scopes = forms.MultipleChoiceField(
        choices=Scope.choices, widget=UnfoldAdminCheckboxSelectMultipleWidget, help_text="What the key may do."
    )
    allowed_origins = forms.CharField(
        required=False,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text="Publishable keys only: origins of the pages that use it, one a line, for example https://shop.example.com.",
    )
    expires_on = forms.DateField(
        required=False, widget=DateWidget, help_text="Its last day in your time zone; empty: no end."
    )


class RotateKeyForm(OnceForm):
    overlap_days = forms.IntegerField(
        min_value=0,
        max_value=MAX_OVERLAP.days,
        initial=DEFAULT_OVERLAP.days,
        widget=UnfoldAdminIntegerFieldWidget,
        help_text="For so long the old key goes on working beside the new one; 0 ends it at once.",
    )
    reason = forms.CharField(
        max_length=REASON_MAX_LENGTH,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text="Kept in the history.",
    )


class SecretPage(FormPage):
    """Issues a secret and shows it in the answer."""

    parent = ("admin:api_apiclient_changelist", "API clients")

    def issue(self, values: dict[str, Any]) -> IssuedKey:
        raise NotImplementedError

    def act(self, form: forms.Form) -> HttpResponse:
        used, form_id = self.request.session.get(_SESSION_KEY, []), str(form.cleaned_data["form_id"])
        if form_id in used:
            raise FormUsedAlready
        issued = self.issue(form.cleaned_data)
        self.request.session[_SESSION_KEY] = [*used, form_id][-_REMEMBERED_FORMS:]
        context = {**self.get_context_data(form=form), "title": "The new key", "issued": issued}
        return render(self.request, "api/key_shown.html", context)


class IssueKeyPage(SecretPage):
    path = "api/clients/<int:client_id>/issue-key/"
    name = "api_issue_key"
    title = "Issue an API key"
    permission = "api.add_apikey"
    form_class = IssueKeyForm
    lead = "The secret is shown once, on the next page. Have the place ready where it will be kept."
    submit_label = "Issue the key"

    def get_title(self) -> str:
        name = ApiClient.objects.filter(pk=self.kwargs["client_id"]).values_list("name", flat=True).first()
        if name is None:
            raise Http404
        return f"Issue a key to {name}"

    def issue(self, values: dict[str, Any]) -> IssuedKey:
        return issue_api_key(
            client_id=self.kwargs["client_id"],
            name=values["name"],
            kind=KeyKind(values["kind"]),
            scopes=values["scopes"],
            allowed_origins=values["allowed_origins"].split(),
            expires_at=_end_of(values["expires_on"]),
            by=self.person.get_username(),
            now=clock.now(),
        )


class RotateKeyPage(SecretPage):
    path = "api/keys/<int:key_id>/rotate/"
    name = "api_rotate_key"
    title = "Rotate an API key"
    permission = "api.change_apikey"
    form_class = RotateKeyForm
    lead = (
        "A new key with the same rights is issued and shown once, on the next page. Both work until the overlap ends."
    )
    submit_label = "Rotate the key"

    def get_title(self) -> str:
        key = ApiKey.objects.select_related("client").filter(pk=self.kwargs["key_id"]).first()
        if key is None:
            raise Http404
        return f"Rotate {key} of {key.client}"

    def issue(self, values: dict[str, Any]) -> IssuedKey:
        overlap = timedelta(days=values["overlap_days"])
        return rotate_api_key(
            key_id=self.kwargs["key_id"], overlap=overlap, by=self.person.get_username(), now=clock.now()
        )


def _end_of(day: date | None) -> datetime | None:
    """The first moment after a day of the person who looks."""
    if day is None:
        return None
    return datetime.combine(day + timedelta(days=1), time.min, tzinfo=timezone.get_current_timezone())
