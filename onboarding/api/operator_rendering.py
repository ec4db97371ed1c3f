"""Journeys and experiments as operators' tools and reports read them (contract 3.9 to 3.13): camelCase."""

from typing import Any

from onboarding.models import Artifact, ExperimentSegment, Interaction, Task
from onboarding.queries.experiments import ExperimentSeen
from onboarding.queries.journey_detail import JourneyDetail
from onboarding.queries.journeys import JourneyCounts, JourneySummary
from onboarding.queries.opportunities import Opportunity
from onboarding.queries.providers import ProviderOfOrder
from onboarding.rules.conversions import Conversion


def summary_body(summary: JourneySummary) -> dict[str, Any]:
    """One line of the list."""
    return {
        **_head(summary),
        "lastInteractionAt": summary.last_interaction_at,
        "totalTasks": summary.total_tasks,
        "completedTasks": summary.completed_tasks,
        "overdueTasks": summary.overdue_tasks,
        "awaitingArtifacts": summary.awaiting_artifacts,
        "pricingExperiments": [_seen_body(seen) for seen in summary.experiments],
    }


def counts_body(counts: JourneyCounts) -> dict[str, int]:
    """Over all journeys, whatever the filter."""
    return {
        "total": counts.total,
        "active": counts.active,
        "stalled": counts.stalled,
        "completed": counts.completed,
        "withReferrals": counts.with_referrals,
    }


def detail_body(detail: JourneyDetail) -> dict[str, Any]:
    """One journey with its parts."""
    return {
        **_head(detail.summary),
        "tasks": [_task_body(task) for task in detail.tasks],
        "artifacts": [_artifact_body(artifact) for artifact in detail.artifacts],
        "interactions": [
            _interaction_body(interaction, detail.metadata[interaction.pk]) for interaction in detail.interactions
        ],
        "nudgeOpportunities": [_opportunity_body(detail.summary, one) for one in detail.opportunities],
        "pricingExperiments": [_seen_body(seen) for seen in detail.summary.experiments],
        "providerAutomation": [_provider_body(provider) for provider in detail.providers],
    }


def segment_body(segment: ExperimentSegment) -> dict[str, Any]:
    """One record of an experiment, with its order."""
    return {
        "eventId": segment.event_id,
        "journeyId": segment.journey_id,
        "orderId": segment.order_id,
        "orderNumber": segment.order.order_number,
        "slug": segment.slug,
        "variantKey": segment.variant_key,
        "variantName": segment.variant_name,
        "isControl": segment.is_control,
        "assignmentStrategy": segment.assignment_strategy,
        "status": segment.status,
        "featureFlagKey": segment.feature_flag_key,
        "recordedAt": segment.recorded_at,
        "orderTotal": segment.order.total,
        "orderCurrency": segment.order.currency,
        "loyaltyProjectionPoints": segment.order.loyalty_projection_points,
    }


def conversion_body(conversion: Conversion) -> dict[str, Any]:
    """One experiment. An order has one journey, so both counts are the same."""
    return {
        "slug": conversion.slug,
        "orderCount": conversion.order_count,
        "journeyCount": conversion.order_count,
        "orderTotal": conversion.order_total,
        "orderCurrency": conversion.order_currency,
        "loyaltyPoints": conversion.loyalty_points,
        "lastActivity": conversion.last_activity,
        "totals": [
            {"currency": total.currency, "orderCount": total.order_count, "orderTotal": total.order_total}
            for total in conversion.totals
        ],
    }


def _head(summary: JourneySummary) -> dict[str, Any]:
    return {
        "journeyId": summary.journey_id,
        "orderId": summary.order_id,
        "orderNumber": summary.order_number,
        "status": summary.status,
        "riskLevel": summary.risk.level,
        "riskReasons": summary.risk.reasons,
        "progressPercentage": summary.progress_percentage,
        "referralCode": summary.referral_code or None,
        "startedAt": summary.started_at,
        "updatedAt": summary.updated_at,
    }


def _task_body(task: Task) -> dict[str, Any]:
    return {
        "id": task.pk,
        "slug": task.slug,
        "title": task.title,
        "status": task.status,
        "dueAt": task.due_at,
        "completedAt": task.completed_at,
        "updatedAt": task.updated_at,
    }


def _artifact_body(artifact: Artifact) -> dict[str, Any]:
    return {
        "id": artifact.pk,
        "label": artifact.label,
        "required": artifact.required,
        "receivedAt": artifact.received_at,
        "url": artifact.url or None,
    }


def _interaction_body(interaction: Interaction, metadata: dict[str, Any] | None) -> dict[str, Any]:
    return {
        "id": interaction.pk,
        "actor": interaction.actor_type,
        "channel": interaction.channel,
        "summary": interaction.summary,
        "details": interaction.details or None,
        "createdAt": interaction.created_at,
        "metadata": metadata,
    }


def _opportunity_body(summary: JourneySummary, opportunity: Opportunity) -> dict[str, Any]:
    return {
        "journeyId": summary.journey_id,
        "orderId": summary.order_id,
        "orderNumber": summary.order_number,
        "taskId": opportunity.task_id,
        "taskSlug": opportunity.task_slug,
        "reason": opportunity.reason,
        "dedupeKey": opportunity.dedupe_key,
        "idleHours": opportunity.idle_hours,
        "recommendedChannel": opportunity.channel,
        "slaExpiresAt": opportunity.sla_expires_at,
        "subject": opportunity.words.subject,
        "message": opportunity.words.message,
    }


def _seen_body(seen: ExperimentSeen) -> dict[str, Any]:
    return {
        "slug": seen.slug,
        "variantKey": seen.variant_key,
        "variantName": seen.variant_name,
        "isControl": seen.is_control,
        "assignmentStrategy": seen.assignment_strategy,
        "status": seen.status,
        "featureFlagKey": seen.feature_flag_key,
        "recordedAt": seen.recorded_at,
    }


def _provider_body(provider: ProviderOfOrder) -> dict[str, Any]:
    status = provider.guardrail
    return {
        "providerId": provider.provider_id,
        "providerName": provider.provider_name or None,
        "orderItems": [{"orderItemId": item_id, "orderItemLabel": title or None} for item_id, title in provider.items],
        "guardrailStatus": status
        and {
            "providerId": provider.provider_id,
            "providerName": provider.provider_name or None,
            "isPaused": status.is_paused,
            "lastAction": status.last_action,
            "updatedAt": status.updated_at,
            "lastFollowUpId": None,
        },
    }
