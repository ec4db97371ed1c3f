"""What the onboarding adds to the console: pages, sidebar, cards, rights."""

from onboarding.cards import artifacts_awaited, journeys_at_risk, overdue_onboarding
from onboarding.console import change_pages, journey_timeline, task_pages, template_pages
from onboarding.console.bulk_page import BulkPage
from onboarding.console.composer import ComposerPage
from onboarding.console.journey_live import JourneyLive
from onboarding.console.journey_search import jump_to_journeys
from onboarding.console.journeys_csv import JourneysCsv
from onboarding.console.policy_page import EDITS, NudgePolicyPage
from onboarding.console.template_pages import MOVES, PUBLISHES
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
    Link(
        group=GROUP,
        title="Checklists",
        icon="fact_check",
        url_name="admin:onboarding_journeytemplate_changelist",
        permission="onboarding.view_journeytemplate",
        order=62,
    ),
    Link(
        group=GROUP,
        title="Reminder policy",
        icon="notifications_active",
        url_name="admin:onboarding_nudge_policy",
        permission=EDITS,
        order=64,
    ),
)


def register() -> None:
    """Called once, when all apps are loaded."""
    for page in (
        JourneyLive,
        JourneysCsv,
        ComposerPage,
        BulkPage,
        NudgePolicyPage,
        *task_pages.PAGES,
        *change_pages.PAGES,
        *template_pages.PAGES,
    ):
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
    """Everybody sees journeys and checklists; those who act for customers act on them."""
    roles.grant("viewer", "onboarding.view_journey", "onboarding.view_journeytemplate", "onboarding.view_nudgepolicy")
    for role in ("operator", "on-call"):
        roles.grant(role, "onboarding.manage_tasks", "onboarding.nudge_client", "onboarding.assign_journey")
        roles.grant(role, MOVES, EDITS)
    # What clients are asked is part of what is sold.
    for role in ("operator", "merchandiser"):
        roles.grant(role, PUBLISHES)
