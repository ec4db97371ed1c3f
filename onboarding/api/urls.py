"""The paths of onboarding; each answers with and without a trailing slash."""

from onboarding.api import journeys, operators, reports, web_events, web_journeys
from smplat.api.routes import both_slash_forms

ORDER = "api/v1/orders/<str:order_id>/onboarding"
OPERATORS = "api/v1/operators/onboarding/journeys"
REPORTS = "api/v1/reporting/onboarding"

urlpatterns = [
    *both_slash_forms(ORDER, journeys.JourneyView.as_view(), name="journey"),
    *both_slash_forms(f"{ORDER}/tasks/<str:task_id>", journeys.TaskView.as_view(), name="journey-task"),
    *both_slash_forms(f"{ORDER}/referral", journeys.ReferralView.as_view(), name="journey-referral"),
    *both_slash_forms(
        f"{ORDER}/pricing-experiments", journeys.PricingExperimentsView.as_view(), name="journey-experiments"
    ),
    *both_slash_forms(OPERATORS, operators.JourneysView.as_view(), name="operator-journeys"),
    *both_slash_forms(f"{OPERATORS}/<str:journey_id>", operators.JourneyDetailView.as_view(), name="operator-journey"),
    *both_slash_forms(
        f"{OPERATORS}/<str:journey_id>/nudges/manual", operators.ManualNudgeView.as_view(), name="manual-nudge"
    ),
    *both_slash_forms(f"{REPORTS}/experiment-events", reports.ExperimentEventsView.as_view(), name="experiment-events"),
    *both_slash_forms(
        f"{REPORTS}/experiment-conversions",
        reports.ExperimentConversionsView.as_view(),
        name="experiment-conversions",
    ),
    *both_slash_forms(
        "api/onboarding/journeys/<str:order_id>", web_journeys.WebJourneyView.as_view(), name="web-journey"
    ),
    *both_slash_forms(
        "api/analytics/onboarding-events", web_events.OnboardingEventsView.as_view(), name="onboarding-events"
    ),
]
