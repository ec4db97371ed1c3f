"""A month without a partition is our failure, not the client's: it is told to try again, and readiness is red."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar, Final

from django.db import IntegrityError

from smplat.errors import Unavailable

NO_PARTITION: Final = "no partition of relation"


class NoPartition(Unavailable):
    """Events cannot be stored: the partition of this month is missing, try again."""

    code: ClassVar[str] = "no-partition"
    # Somebody has to run create_offer_event_partitions.
    retry_after_seconds: ClassVar[int] = 60


@contextmanager
def missing_partition_is_unavailable() -> Iterator[None]:
    """Translate PostgreSQL's refusal of a row that belongs to no partition."""
    try:
        yield
    except IntegrityError as violation:
        # A check violation without a constraint: only the sentence tells it apart.
        if NO_PARTITION in str(violation):
            raise NoPartition from violation
        raise
