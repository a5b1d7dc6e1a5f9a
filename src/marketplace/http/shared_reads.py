"""Answers that several requests share, without being kept.

A request reads at once, unless the same is being read. Then it waits for the end of that read, and shares the next one
with all that came meanwhile. So no request gets an answer whose read began before it came.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from time import perf_counter
from typing import Generic, NamedTuple, TypeVar

R = TypeVar("R")

MAX_AGE = 0.1
"""Seconds that a read may have taken when a request begins to wait for it; later ones read alone."""


class _Reading(NamedTuple):
    """A read under way; `ended` has no result."""

    started: float
    ended: asyncio.Future[None]


class SharedReads(Generic[R]):
    """Reads of one process, by what they read."""

    def __init__(self) -> None:
        self._readings: dict[Hashable, _Reading] = {}
        self._next: dict[Hashable, asyncio.Future[R | None]] = {}
        """Reads that have not started. A result of `None`: it failed, or its request left."""

    async def get(self, key: Hashable, read: Callable[[], Awaitable[R]]) -> R:
        """Return the result of `read`, or of that of another request. Raises what `read` raises."""
        reading = self._readings.get(key)
        if reading is not None and perf_counter() - reading.started > MAX_AGE:
            return await read()
        if key in self._next:
            shared = await asyncio.shield(self._next[key])
            return await read() if shared is None else shared
        if reading is None:
            return await self._lead(key, read)
        result, following = None, asyncio.get_running_loop().create_future()
        self._next[key] = following
        try:
            await asyncio.shield(reading.ended)
            del self._next[key]
            result = await self._lead(key, read)
        finally:
            if self._next.get(key) is following:
                del self._next[key]
            following.set_result(result)
        return result

    async def _lead(self, key: Hashable, read: Callable[[], Awaitable[R]]) -> R:
        reading = _Reading(perf_counter(), asyncio.get_running_loop().create_future())
        self._readings[key] = reading
        try:
            return await read()
        finally:
            if self._readings.get(key) is reading:
                del self._readings[key]
            reading.ended.set_result(None)
