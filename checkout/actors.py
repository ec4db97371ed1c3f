"""Who caused a change to an order."""

from dataclasses import dataclass

from checkout.states import ActorType


@dataclass(frozen=True)
class Actor:
    """As the wire names it; `type` is empty when the sender named an unknown one."""

    type: ActorType | None
    id: str = ""
    label: str = ""

    @property
    def is_person(self) -> bool:
        """Whether a person decided: only they may reopen what is completed."""
        return self.type in {ActorType.OPERATOR, ActorType.ADMIN}


SYSTEM = Actor(ActorType.SYSTEM, label="smplat")
