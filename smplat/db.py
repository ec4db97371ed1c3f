"""The vocabulary of transactions.

`transaction()` is durable: it is the outermost block, and when it returns the work is committed. Only inside `rehearsal()`,
where nothing stays, does it become a savepoint. `savepoint()` needs a transaction to be open. Constraint violations
become refusals through `constraint_errors()`, by the constraint's name.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Protocol, TypeVar

from django.db import DatabaseError, IntegrityError, connection
from django.db import transaction as django_transaction

_rehearsing: ContextVar[bool] = ContextVar("smplat_rehearsing", default=False)


Result = TypeVar("Result")


class Receipt(Protocol):
    """What `transaction(receipt=…)` needs of an idempotency receipt (smplat.api.idempotency implements it)."""

    def open(self) -> None:
        """First statement of the transaction: claim the key, or raise (busy, mismatch, already done)."""

    def keep(self, result: Result) -> Result:
        """Remember what the use case answers; the same value comes back."""

    def close(self) -> None:
        """Last statement before COMMIT: store the rendered success."""


class Keep(Protocol):
    """Hands the result of a use case to its receipt and returns it."""

    def __call__(self, result: Result) -> Result:
        """The same result."""


class NoTransaction(RuntimeError):
    """This code writes and must run inside smplat.db.transaction()."""


class TransactionOpen(RuntimeError):
    """This code reaches out of the database and must run outside smplat.db.transaction()."""


@contextmanager
def transaction(*, receipt: Receipt | None = None) -> Iterator[Keep]:
    """Open the one transaction of a use case; commits on leaving, rolls back on any exception.

    With a `receipt` the transaction happens at most once per idempotency key: the key is claimed first, and the answer
    stored last, both inside this very transaction, so that neither exists without the work. The use case names its
    answer by ending with `return keep(result)`:

        with transaction(receipt=receipt) as keep:
            …
            return keep(Flipped(...))
    """
    with django_transaction.atomic(durable=not _rehearsing.get()):
        if receipt is None:
            yield _keep_nothing
        else:
            receipt.open()
            yield receipt.keep
            receipt.close()


def _keep_nothing(result: Result) -> Result:
    return result


@contextmanager
def savepoint() -> Iterator[None]:
    """A part of an open transaction that may fail alone."""
    require_transaction()
    with django_transaction.atomic():
        yield


@contextmanager
def rehearsal() -> Iterator[None]:
    """Run whole use cases and keep nothing: everything inside, its outbox rows and commit hooks included, is rolled back."""
    with django_transaction.atomic(durable=not _rehearsing.get()):
        token = _rehearsing.set(True)
        try:
            yield
        finally:
            _rehearsing.reset(token)
            django_transaction.set_rollback(True)


def is_rehearsing() -> bool:
    """Whether this code runs inside `rehearsal()`."""
    return _rehearsing.get()


def require_transaction() -> None:
    """Raise NoTransaction unless a transaction is open."""
    if not connection.in_atomic_block:
        raise NoTransaction


def require_no_transaction() -> None:
    """Raise TransactionOpen when one is: this code waits for somebody else, which nobody may do holding locks.

    The transaction in which Django's TestCase wraps a test does not count, as it does not for `durable`.
    """
    if any(not block._from_testcase for block in connection.atomic_blocks):  # type: ignore[attr-defined] # noqa: SLF001 - as durable asks it
        raise TransactionOpen


def after_commit(call: Callable[[], object]) -> None:
    """Run `call` once the transaction is durable; a failing call is logged, never raised: it is a hint, not a promise."""
    django_transaction.on_commit(call, robust=True)


@contextmanager
def constraint_errors(errors: Mapping[str, Exception]) -> Iterator[None]:
    """Translate the violation of a named constraint into its error; other violations pass unchanged."""
    try:
        yield
    except IntegrityError as violation:
        error = errors.get(constraint_name(violation) or "")
        if error is None:
            raise
        raise error from violation


def constraint_name(error: DatabaseError) -> str | None:
    """The name of the constraint that PostgreSQL says was violated."""
    diagnostics = getattr(error.__cause__, "diag", None)
    name = getattr(diagnostics, "constraint_name", None)
    return name if isinstance(name, str) else None
