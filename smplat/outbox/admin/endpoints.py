"""Webhook endpoints in the console, and the page that shows a fresh secret once."""

from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from unfold.admin import ModelAdmin
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from smplat import clock
from smplat.console.actions import REASON_MAX_LENGTH, reading
from smplat.console.columns import column
from smplat.console.history_page import HistoryMixin
from smplat.console.pages import FormPage
from smplat.errors import Conflict
from smplat.ids import new_id
from smplat.outbox.actions.rotate_webhook_secret import rotate_webhook_secret
from smplat.outbox.channels.addresses import MAX_URL_LENGTH, AddressRefused, parse_address
from smplat.outbox.models import WebhookEndpoint
from smplat.outbox.topics import list_topics

# How many used forms a session remembers; a reload is of the last one.
REMEMBERED_FORMS = 20
SESSION_KEY = "used_webhook_forms"


class EndpointForm(forms.ModelForm):  # type: ignore[type-arg]  # generic in the stubs only
    """Checks the address as a delivery would."""

    url = forms.CharField(
        label="Address",
        max_length=MAX_URL_LENGTH,
        widget=UnfoldAdminTextInputWidget,
        help_text="The https address that takes the POST, for example https://example.com/hooks.",
    )
    topics = forms.MultipleChoiceField(
        widget=UnfoldAdminCheckboxSelectMultipleWidget, help_text="What this receiver is told."
    )

    class Meta:
        model = WebhookEndpoint
        fields = ("name", "url", "topics", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        public = [topic for topic in list_topics().values() if topic.is_public]
        if "topics" in self.fields:
            field = self.fields["topics"]
            assert isinstance(field, forms.MultipleChoiceField)
            field.choices = [(topic.name, f"{topic.name}: {topic.title}") for topic in public]

    def clean_url(self) -> str:
        """An address we would deliver to."""
        try:
            parse_address(self.cleaned_data["url"], allow_private=settings.OUTBOX_WEBHOOK_ALLOW_PRIVATE)
        except AddressRefused as refused:
            raise forms.ValidationError(str(refused)) from refused
        return str(self.cleaned_data["url"])

    def clean(self) -> dict[str, Any]:
        """Switched on by a person, the reason why the system switched it off is history."""
        if self.cleaned_data.get("is_active"):
            self.instance.disabled_because = ""
        return self.cleaned_data


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(HistoryMixin, ModelAdmin):
    nothing_yet: ClassVar[str] = (
        "Add a receiver: it is told what you choose, and each message is signed with its own secret."
    )
    form = EndpointForm
    list_display = ("name", "url", "listens_to", "is_active", "disabled_because")
    fields = ("name", "url", "topics", "is_active", "disabled_because")
    readonly_fields = ("disabled_because",)
    actions = None
    actions_detail = ("rotate",)

    @column("Topics")
    def listens_to(self, endpoint: WebhookEndpoint) -> str:
        return ", ".join(endpoint.topics)

    @reading("Make a new secret", permission="outbox.rotate_webhook_secret", icon="autorenew")
    def rotate(self, request: HttpRequest, object_id: str) -> HttpResponse:  # noqa: ARG002 - Unfold's signature
        if not WebhookEndpoint.objects.filter(pk=object_id).exists():
            raise Http404
        return redirect("admin:outbox_rotate_webhook_secret", endpoint_id=object_id)

    def response_add(
        self,
        request: HttpRequest,
        obj: WebhookEndpoint,
        post_url_continue: str | None = None,  # noqa: ARG002 - Django's signature
    ) -> HttpResponse:
        """On to its first secret: without one nothing is sent."""
        messages.success(request, f"{obj.name} was added. Make its first secret here.")
        return redirect("admin:outbox_rotate_webhook_secret", endpoint_id=obj.pk)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:  # noqa: ARG002 - Django's signature
        """Messages name it; switch it off instead."""
        return False


class FormUsedAlready(Conflict):
    """This form was used already and its secret was shown then. If it is lost, make a new one."""

    code = "form-used-already"


class RotateForm(forms.Form):
    """Works once: a reload makes no further secret."""

    form_id = forms.UUIDField(widget=forms.HiddenInput, initial=new_id)
    reason = forms.CharField(
        max_length=REASON_MAX_LENGTH,
        widget=UnfoldAdminTextareaWidget(attrs={"rows": 3}),
        help_text="Kept in the history.",
    )


class RotateSecretPage(FormPage):
    """Makes a secret and shows it in the answer to the POST, and nowhere else."""

    path: ClassVar[str] = "outbox/endpoints/<int:endpoint_id>/secret/"
    name: ClassVar[str] = "outbox_rotate_webhook_secret"
    title: ClassVar[str] = "Make a new secret"
    permission: ClassVar[str] = "outbox.rotate_webhook_secret"
    parent: ClassVar[tuple[str, str] | None] = ("admin:outbox_webhookendpoint_changelist", "Webhook endpoints")
    form_class = RotateForm
    lead: ClassVar[str] = (
        "The secret is shown once, on the next page. A former secret goes on signing beside it for 24 hours: "
        "time to put the new one into the receiver."
    )
    submit_label: ClassVar[str] = "Make the secret"

    def get_title(self) -> str:
        """Which endpoint."""
        endpoint = WebhookEndpoint.objects.filter(pk=self.kwargs["endpoint_id"]).first()
        if endpoint is None:
            raise Http404
        return f"New secret for {endpoint.name}"

    def act(self, form: forms.Form) -> HttpResponse:
        """Rotate and show."""
        used, form_id = self.request.session.get(SESSION_KEY, []), str(form.cleaned_data["form_id"])
        if form_id in used:
            raise FormUsedAlready
        self.get_title()
        secret = rotate_webhook_secret(endpoint_id=self.kwargs["endpoint_id"], now=clock.now())
        self.request.session[SESSION_KEY] = [*used, form_id][-REMEMBERED_FORMS:]
        return render(self.request, "outbox/secret_shown.html", {**self.get_context_data(form=form), "secret": secret})
