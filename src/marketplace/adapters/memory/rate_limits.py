"""Rate limits."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from marketplace.core.domain.rate_limits import Attempt, Count
from marketplace.core.ports.rate_limits import MAX_PURGED


class MemoryRateLimits:
    """`RateLimits` of one process, which is all that in-memory storage has."""

    def __init__(self) -> None:
        self._counts: dict[bytes, Count] = {}

    async def count(self, attempts: Sequence[Attempt], now: datetime) -> tuple[Count, ...]:
        """Count the attempts. Atomic: there is no await between reading and writing."""
        await asyncio.sleep(0)
        return tuple(self._count(attempt, now) for attempt in attempts)

    def _count(self, attempt: Attempt, now: datetime) -> Count:
        before = self._counts.get(attempt.key)
        if before is None or before.ends_at <= now:
            before = Count(attempts=0, ends_at=now + attempt.limit.span)
        self._counts[attempt.key] = replace(before, attempts=before.attempts + 1)
        return self._counts[attempt.key]

    async def give_back(self, attempts: Sequence[Attempt], now: datetime) -> None:
        """Subtract the attempts; a count never goes below 0."""
        await asyncio.sleep(0)
        for attempt in attempts:
            before = self._counts.get(attempt.key)
            if before is not None and before.attempts and before.ends_at > now:
                self._counts[attempt.key] = replace(before, attempts=before.attempts - 1)

    async def purge(self, now: datetime) -> int:
        await asyncio.sleep(0)
        ended = [key for key, count in self._counts.items() if count.ends_at <= now][:MAX_PURGED]
        for key in ended:
            del self._counts[key]
        return len(ended)
