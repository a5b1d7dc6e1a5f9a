"""Trying an effect again when another transaction came first."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from marketplace.core.errors import Busy, StaleRead, TransactionConflict

T = TypeVar("T")

MAX_STALE_READS = 20
MAX_CONFLICTS = 2


async def with_retries(operation: Callable[[], Awaitable[T]]) -> T:
    """The effect's result; the effect is one whole transaction.

    An `StaleRead` effect reads again and decides anew; each time, somebody else got on. A `TransactionConflict` is tried
    once more. Raises `Busy` when that was not enough.
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
