"""What a channel must be able to do, and what can go wrong with it."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import ClassVar, Protocol

from smplat.outbox.models import Message


@dataclass(frozen=True)
class Receipt:
    """The other side accepted."""

    detail: str = ""
    response_status: int | None = None


class DeliveryFailed(Exception):
    """The attempt failed and may succeed later."""

    def __init__(
        self,
        detail: str,
        *,
        response_status: int | None = None,
        retry_after: timedelta | None = None,
        is_shared: bool = False,
    ) -> None:
        self.detail = detail
        self.response_status = response_status
        self.retry_after = retry_after
        # The cause lies with the server, destination or endpoint, not with this message: the others of its queue need
        # not be tried now.
        self.is_shared = is_shared
        super().__init__(detail)


class DeliveryRefused(Exception):
    """The attempt failed and repeating it makes no sense."""

    def __init__(self, detail: str, *, response_status: int | None = None) -> None:
        self.detail = detail
        self.response_status = response_status
        super().__init__(detail)


@dataclass(frozen=True)
class Plan:
    """How a claimed batch leaves: parcels of messages that travel as one, and what has to wait."""

    parcels: Sequence[Sequence[Message]]
    # Messages put back without an attempt, each with its new due time.
    postponed: Sequence[tuple[Message, datetime]] = field(default=())


class Carrier(AbstractContextManager["Carrier"], Protocol):
    """Delivers the messages of one channel; opened once for each run."""

    # The delivery is work in our own database: it commits together with the record of it.
    joins_transaction: ClassVar[bool]
    # Each recipient is a server of its own: slow or down, it holds up nobody else.
    has_queue_for_each_recipient: ClassVar[bool]

    def is_configured(self) -> bool:
        """Whether this deployment can deliver at all."""

    def plan(self, messages: Sequence[Message], *, now: datetime) -> Plan:
        """Sort a claimed batch of one queue into parcels."""

    def deliver(self, parcel: Sequence[Message], *, now: datetime) -> Receipt:
        """Hand one parcel over.

        Raises:
            DeliveryFailed, DeliveryRefused: as they say. Anything else counts as DeliveryFailed.
        """
