from onboarding.models.artifacts import Artifact
from onboarding.models.events import ExperimentOrder, ExperimentSegment, JourneyEvent
from onboarding.models.interactions import Interaction
from onboarding.models.journeys import Journey, Task
from onboarding.models.nudges import NudgeDecision, NudgePolicy, NudgeSweepRun
from onboarding.models.sla import SlaBreach, SlaTurn
from onboarding.models.templates import JourneyTemplate, TemplateTask

__all__ = [
    "Artifact",
    "ExperimentOrder",
    "ExperimentSegment",
    "Interaction",
    "Journey",
    "JourneyEvent",
    "JourneyTemplate",
    "NudgeDecision",
    "NudgePolicy",
    "NudgeSweepRun",
    "SlaBreach",
    "SlaTurn",
    "Task",
    "TemplateTask",
]
