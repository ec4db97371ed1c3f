"""The paths of orders and checkouts; each answers with and without a trailing slash."""

from checkout.api import orchestrations, orders, web_orchestrations
from smplat.api.routes import both_slash_forms

urlpatterns = [
    *both_slash_forms("api/v1/orders", orders.OrdersView.as_view(), name="orders"),
    *both_slash_forms("api/v1/orders/user/<str:user_id>", orders.OrdersOfUserView.as_view(), name="orders-of-user"),
    *both_slash_forms("api/v1/orders/<str:order_id>", orders.OrderView.as_view(), name="order"),
    *both_slash_forms("api/v1/orders/<str:order_id>/status", orders.OrderStatusView.as_view(), name="order-status"),
    *both_slash_forms(
        "api/v1/orders/<str:order_id>/state-events", orders.StateEventsView.as_view(), name="order-state-events"
    ),
    *both_slash_forms("api/v1/orders/<str:order_id>/progress", orders.ProgressView.as_view(), name="order-progress"),
    *both_slash_forms(
        "api/v1/orders/<str:order_id>/customer-tokens", orders.CustomerTokensView.as_view(), name="customer-tokens"
    ),
    *both_slash_forms(
        "api/v1/checkout/orchestrations/<str:order_id>",
        orchestrations.OrchestrationView.as_view(),
        name="orchestration",
    ),
    *both_slash_forms(
        "api/v1/checkout/orchestrations/<str:order_id>/events",
        orchestrations.StageEventsView.as_view(),
        name="orchestration-events",
    ),
    *both_slash_forms(
        "api/checkout/orchestrations/<str:order_id>",
        web_orchestrations.WebOrchestrationView.as_view(),
        name="web-orchestration",
    ),
]
