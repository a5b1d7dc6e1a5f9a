"""Counting attempts, for all processes together."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from marketplace.core.domain.rate_limits import Attempt, Count


class RateLimits(Protocol):
    """Counts. Each method is one statement outside a transaction, so what was tried counts whatever becomes of it.

    Counts may be lost when the database crashes. Every method may raise `Busy` and `TransactionConflict`.
    """

    async def count(self, attempts: Sequence[Attempt], now: datetime) -> tuple[Count, ...]:
        """Count each of these different attempts once, and return what each has come to, in their order.

        The first attempt, and the first after a span has ended, begins a span of its limit. Of many who count at the
        same moment, each is told another number.
        """
        ...

    async def give_back(self, attempts: Sequence[Attempt], now: datetime) -> None:
        """Count each of these attempts once less, where its span has not ended and anything is counted."""
        ...

    async def purge(self, now: datetime) -> int:
        """Remove counts whose span has ended, at most `MAX_PURGED`, and say how many."""
        ...


MAX_PURGED = 10_000
"""One statement's worth."""
