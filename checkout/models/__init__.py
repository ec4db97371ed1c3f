from checkout.models.customers import Customer
from checkout.models.escalations import Escalation, EscalationReason
from checkout.models.orchestrations import Orchestration, OrchestrationEvent
from checkout.models.orders import Order, OrderItem, OrderStateEvent
from checkout.models.recovery import (
    RecoveryAction,
    RecoveryArm,
    RecoveryAssignment,
    RecoveryDecision,
    RecoveryPolicy,
    SweepRun,
)

__all__ = [
    "Customer",
    "Escalation",
    "EscalationReason",
    "Orchestration",
    "OrchestrationEvent",
    "Order",
    "OrderItem",
    "OrderStateEvent",
    "RecoveryAction",
    "RecoveryArm",
    "RecoveryAssignment",
    "RecoveryDecision",
    "RecoveryPolicy",
    "SweepRun",
]
