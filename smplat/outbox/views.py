"""The page behind the unsubscribe link: no login, the signed link is the right."""

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_exempt

from smplat import clock
from smplat.link_pages import LinkPage
from smplat.outbox.actions.change_preferences import change_preferences
from smplat.outbox.choices import Category, ChangeSource
from smplat.outbox.queries import get_preference
from smplat.outbox.unsubscribe import InvalidLink, Unsubscription, read_token

# What each category brings, in the recipient's words.
DESCRIPTIONS = {
    Category.ORDER_UPDATES: "Where your order stands, and a reminder when a checkout was left unfinished.",
    Category.PAYMENT_UPDATES: "Receipts, and word when a payment did not go through.",
    Category.FULFILLMENT_ALERTS: "When a delivery is late or needs something from you.",
    Category.MARKETING_MESSAGES: "New products and offers. Only when you ask for them.",
    Category.BILLING_ALERTS: "Invoices, credits and refunds.",
    Category.ONBOARDING: "Help with the next step of your checklist.",
}


@dataclass(frozen=True)
class Choice:
    """One line of the form."""

    name: str
    label: str
    description: str
    is_on: bool


# A mail program posts here without a session, so there is no CSRF token; the signed link authorises.
@method_decorator(csrf_exempt, name="dispatch")
class UnsubscribeView(LinkPage):
    """GET shows the choices and changes nothing (mail scanners follow links); POST changes them."""

    http_method_names = ("get", "head", "post", "options")
    refusals = {InvalidLink: ("customer/invalid_link.html", InvalidLink.status)}

    def count(self, request: HttpRequest, *, token: str) -> None:
        """A mail program's button is never refused: a provider presses it for all its readers, from a few addresses."""
        if request.POST.get("List-Unsubscribe") != "One-Click":
            super().count(request, token=token)

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """Show what is sent now."""
        link = read_token(token)
        preference = get_preference(link.recipient_id)
        choices = [
            Choice(category.value, category.label, DESCRIPTIONS[category], preference.allows(category))
            for category in Category
        ]
        context = {
            "choices": choices,
            "category": next(choice for choice in choices if choice.name == link.category),
            "is_saved": "saved" in request.GET,
        }
        return render(request, "customer/preferences.html", context)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        """Stop one category (a mail program's button, or ours) or save the whole form. Twice is once."""
        link = read_token(token)
        if request.POST.get("List-Unsubscribe") == "One-Click":
            _stop(link, ChangeSource.ONE_CLICK)
            # RFC 8058: no redirect.
            return HttpResponse("You are unsubscribed.", content_type="text/plain; charset=utf-8")
        if "stop" in request.POST:
            _stop(link, ChangeSource.LINK)
        elif "save" in request.POST:
            _save(link, set(request.POST.getlist("wanted")))
        return redirect(f"{request.path}?saved=1")


def _stop(link: Unsubscription, source: ChangeSource) -> None:
    change_preferences(recipient_id=link.recipient_id, wants={link.category: False}, source=source, now=clock.now())


def _save(link: Unsubscription, wanted: set[str]) -> None:
    wants = {category: category.value in wanted for category in Category}
    change_preferences(recipient_id=link.recipient_id, wants=wants, source=ChangeSource.LINK, now=clock.now())
