"""Retrying transactions that lost a race."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from marketplace.core.errors import Busy, StaleRead, TransactionConflict

T = TypeVar("T")

MAX_STALE_READS = 20
MAX_CONFLICTS = 2


async def with_retries(operation: Callable[[], Awaitable[T]]) -> T:
    """Run an operation, which is one whole transaction, and return its result.

    Retry after `StaleRead` up to `MAX_STALE_READS` times, since another transaction made progress each time; retry
    after `TransactionConflict` once. Raises `Busy` when the retries are used up.
    """
    stale_reads = conflicts = 0
    while True:
        try:
            return await operation()
        except StaleRead as error:
            stale_reads += 1
            if stale_reads == MAX_STALE_READS:
                raise Busy from error
        except TransactionConflict as error:
            conflicts += 1
            if conflicts == MAX_CONFLICTS:
                raise Busy from error
