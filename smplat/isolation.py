"""Work about many rows of which some may be broken: the broken ones are found, and what can be done about the others is done."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

from celery.exceptions import SoftTimeLimitExceeded
from django.db import InterfaceError, OperationalError, connection

from smplat.db import require_transaction, savepoint

Item = TypeVar("Item")
Result = TypeVar("Result")

# When so many fail and not a single one succeeds, it is not the rows that are broken.
MOST_BROKEN: Final = 16
# Class of SQLSTATE: a value is too large for an index, say. The one operational error that a row can be the cause of.
_LIMIT_EXCEEDED: Final = "54"


@dataclass(frozen=True)
class Broken(Generic[Item]):
    """An item that nothing can be done about, and why."""

    item: Item
    error: Exception


@dataclass(frozen=True)
class Isolated(Generic[Item, Result]):
    """What the parts that succeeded answered, and the items that failed alone."""

    results: list[Result] = field(default_factory=list)
    broken: list[Broken[Item]] = field(default_factory=list)


def isolate(
    work: Callable[[Sequence[Item]], Result], *, items: Sequence[Item], suspects: Collection[Item] = ()
) -> Isolated[Item, Result]:
    """Do `work` about all items at once; where that fails, about each half, down to the single items it fails for.

    Each attempt is a savepoint of the caller's transaction, with its deferred constraints checked: what failed has written
    nothing, what succeeded is written once, and everything the caller has locked stays locked meanwhile.

    Args:
        work: called with a part of the items; what it answers is kept for each part that succeeded.
        items: what to do it about.
        suspects: further items, which failed before: each is tried alone, after the others.

    Raises:
        Exception: the error of `work`, when it says nothing about the items, or when all that were tried failed.
    """
    require_transaction()
    found: Isolated[Item, Result] = Isolated()
    waiting = [*([one] for one in suspects), *([items] if items else [])]
    while waiting:
        part = waiting.pop()
        try:
            found.results.append(_attempt(work, part))
        except Exception as error:
            if not _may_be_a_rows_fault(error):
                raise
            if len(part) > 1:
                middle = len(part) // 2
                waiting += [part[middle:], part[:middle]]
                continue
            found.broken.append(Broken(part[0], error))
    if not found.results and len(found.broken) - len(suspects) >= MOST_BROKEN:
        raise found.broken[0].error
    return found


def _attempt(work: Callable[[Sequence[Item]], Result], part: Sequence[Item]) -> Result:
    with savepoint():
        result = work(part)
        # Foreign keys are checked at COMMIT otherwise, when it is too late to leave one row out.
        connection.check_constraints()
    return result


def _may_be_a_rows_fault(error: Exception) -> bool:
    """Not so a lost connection, a conflict, a lock not to be had, an operator's intervention, or the end of a task's time."""
    if isinstance(error, OperationalError):
        state = getattr(error.__cause__, "sqlstate", None) or ""
        return bool(state.startswith(_LIMIT_EXCEEDED))
    return not isinstance(error, (InterfaceError, SoftTimeLimitExceeded))
