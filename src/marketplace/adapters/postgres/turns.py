"""Turns at something that few may do at once, such as to wait for a lock with a connection."""

import asyncio
from collections.abc import AsyncIterator, Hashable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Generic, TypeVar

from marketplace.core.errors import Busy

K = TypeVar("K", bound=Hashable)


class Turns(Generic[K]):
    """At most `at_once` have their turn for each key; others wait in line, but not for longer than `max_wait`."""

    def __init__(self, at_once: int, max_wait: timedelta) -> None:
        self._at_once = at_once
        self._max_wait = max_wait.total_seconds()
        self._lines: dict[K, tuple[asyncio.Semaphore, int]] = {}
        """By key, with the number of those who have their turn or wait for it."""

    @asynccontextmanager
    async def of(self, key: K) -> AsyncIterator[None]:
        """Wait for a turn, and hold it during the block. Raises `Busy`."""
        semaphore, number = self._lines.get(key) or (asyncio.Semaphore(self._at_once), 0)
        self._lines[key] = semaphore, number + 1
        try:
            if semaphore.locked():
                await self._wait(semaphore)
            else:
                await semaphore.acquire()
            try:
                yield
            finally:
                semaphore.release()
        finally:
            _, number = self._lines[key]
            if number == 1:
                del self._lines[key]
            else:
                self._lines[key] = semaphore, number - 1

    async def _wait(self, semaphore: asyncio.Semaphore) -> None:
        try:
            async with asyncio.timeout(self._max_wait):
                await semaphore.acquire()
        except TimeoutError as error:
            raise Busy from error
