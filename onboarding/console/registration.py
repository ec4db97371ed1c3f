"""What the onboarding adds to the console: pages, sidebar, cards, rights."""

from onboarding.cards import artifacts_awaited, journeys_at_risk, overdue_onboarding
from onboarding.console import change_pages, journey_timeline, task_pages
from onboarding.console.bulk_page import BulkPage
from onboarding.console.composer import ComposerPage
from onboarding.console.journey_live import JourneyLive
from onboarding.console.journey_search import jump_to_journeys
from onboarding.console.journeys_csv import JourneysCsv
from smplat.console import attention, navigation, pages, roles, search, timeline
from smplat.console.navigation import Link

GROUP = "Onboarding"
LINKS = (
    Link(
        group=GROUP,
        title="Journeys",
        icon="checklist",
        url_name="admin:onboarding_journey_changelist",
        permission="onboarding.view_journey",
        order=60,
    ),
)


def register() -> None:
    """Called once, when all apps are loaded."""
    for page in (JourneyLive, JourneysCsv, ComposerPage, BulkPage, *task_pages.PAGES, *change_pages.PAGES):
        pages.register(page)
    for link in LINKS:
        navigation.register(link)
    for card in (overdue_onboarding, journeys_at_risk, artifacts_awaited):
        attention.register(card)
    for lines in journey_timeline.PROVIDERS:
        timeline.register(lines)
    search.register(jump_to_journeys)
    grant_rights()


def grant_rights() -> None:
    """Everybody sees journeys; those who act for customers act on them."""
    roles.grant("viewer", "onboarding.view_journey")
    for role in ("operator", "on-call"):
        roles.grant(role, "onboarding.manage_tasks", "onboarding.nudge_client", "onboarding.assign_journey")
