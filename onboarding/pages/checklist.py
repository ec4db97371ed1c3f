"""The client's checklist: no login, the signed link is the right."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_exempt

from checkout.links import ExpiredToken, InvalidToken, Purpose, read_token
from onboarding.actions.receive_artifact import receive_artifact
from onboarding.actions.toggle_task import toggle_task
from onboarding.errors import ArtifactNotFound, InvalidLink, JourneyNotFound, TaskNotFound
from onboarding.pages.standing import find_checklist
from onboarding.states import ActorType
from smplat import clock
from smplat.link_pages import LinkPage

# What the page says after it was changed, by what stands in its address then.
NOTICES = {
    "done": "Thank you, that is ticked off.",
    "undone": "The tick is taken back.",
    "gone": "This is not on your list any more.",
    "received": "Thank you, we have it.",
    "no-link": "That is no link yet: it begins with https:// and names where your files are.",
}
# Those that say that nothing was done.
REFUSALS = {"gone", "no-link"}


# The right to act is in the address and in no cookie, so another site has nothing to borrow: there is no CSRF token.
@method_decorator(csrf_exempt, name="dispatch")
class ChecklistView(LinkPage):
    """GET shows the list and changes nothing (mail scanners follow links); POST acts. Works without scripts."""

    http_method_names = ("get", "head", "post", "options")
    refusals = {
        ExpiredToken: ("customer/expired_checklist.html", 410),
        InvalidToken: ("customer/invalid_link.html", 404),
        JourneyNotFound: ("customer/invalid_link.html", 404),
    }

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """Show what is left to do."""
        now = clock.now()
        order_id = read_token(token, purpose=Purpose.CHECKLIST, now=now)
        said = request.GET.get("said", "")
        context = {
            "list": find_checklist(order_id, now=now),
            "notice": NOTICES.get(said, ""),
            "is_refusal": said in REFUSALS,
        }
        return render(request, "customer/checklist.html", context)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        """Tick one task, take its tick back, or hand something in. Twice is once."""
        now = clock.now()
        order_id = read_token(token, purpose=Purpose.CHECKLIST, now=now)
        said = _hand_in(request, order_id) if "artifact" in request.POST else _tick(request, order_id)
        return redirect(f"{request.path}?said={said}")


def _tick(request: HttpRequest, order_id: UUID) -> str:
    """Do what a task's form says; answers the key of the notice."""
    completed = request.POST.get("completed") == "yes"
    try:
        task_id = UUID(request.POST.get("task", ""))
        toggle_task(order_id=order_id, task_id=task_id, completed=completed, actor=ActorType.CLIENT, now=clock.now())
    except (ValueError, TaskNotFound):
        return "gone"
    return "done" if completed else "undone"


def _hand_in(request: HttpRequest, order_id: UUID) -> str:
    """Take in what an artifact's form says; answers the key of the notice."""
    now = clock.now()
    try:
        receive_artifact(
            journey_id=find_checklist(order_id, now=now).journey_id,
            artifact_id=UUID(request.POST.get("artifact", "")),
            url=request.POST.get("url", "").replace("\0", ""),
            actor=ActorType.CLIENT,
            now=now,
        )
    except InvalidLink:
        return "no-link"
    except (ValueError, ArtifactNotFound):
        return "gone"
    return "received"
