"""Moments of the made-up past, each happening after those before it."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(order=True, slots=True)
class _Due:
    at: datetime
    number: int  # decides between equal moments
    happen: Callable[[datetime], None] = field(compare=False)


@dataclass(slots=True)
class Timeline:
    """What is still to happen before `until`; what happens may add to it."""

    until: datetime
    _due: list[_Due] = field(default_factory=list)
    _count: int = 0

    def add(self, at: datetime, happen: Callable[[datetime], None]) -> None:
        """Let something happen at a moment, unless the past has ended by then."""
        if at < self.until:
            self._count += 1
            heapq.heappush(self._due, _Due(at, self._count, happen))

    def run(self) -> None:
        """Let everything happen, in its order."""
        while self._due:
            due = heapq.heappop(self._due)
            due.happen(due.at)
