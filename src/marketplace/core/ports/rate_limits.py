"""Counters of attempts, shared by all processes."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from marketplace.core.domain.rate_limits import Attempt, Count, Quota


class RateLimits(Protocol):
    """Counters. Each method is one statement outside a transaction, so attempts count even if the request fails.

    Counts may be lost in a database crash. Every method may raise `Busy` and `TransactionConflict`.
    """

    async def count(self, attempts: Sequence[Attempt], now: datetime) -> tuple[Count, ...]:
        """Count each of these distinct attempts once, and return the new counts in order.

        The first attempt, and the first after a window has ended, starts a window. Concurrent calls get distinct
        counts.
        """
        ...

    async def give_back(self, attempts: Sequence[Attempt], now: datetime) -> None:
        """Decrement the counts of these attempts, if their window has not ended and the count is positive."""
        ...

    async def purge(self, now: datetime) -> int:
        """Delete counts whose window has ended, at most `MAX_PURGED`. Return the number deleted."""
        ...


QuotaObserver = Callable[[Quota], None]
"""Called with what a request leaves of each limit that clients are told of."""

MAX_PURGED = 10_000
"""Rows that one purge deletes at most."""
