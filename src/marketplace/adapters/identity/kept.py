"""Documents of a provider that are kept for a while."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from marketplace.core.errors.identities import ProviderUnavailable

FRESH_FOR = 3_600.0
STALE_FOR = 24 * 3_600.0
"""A document that can't be read again is used as long."""
RETRY_AFTER = 15.0
"""Seconds between two attempts, whether the first failed or its document lacked what was searched."""
CHECKED_FOR = 60.0
"""As long as this, that a document was read says that the provider answers."""
T = TypeVar("T")


class Kept(Generic[T]):
    """Reads a document when it is needed, once for all who wait, and again when it is old. `now` is in seconds."""

    def __init__(self, read: Callable[[], Awaitable[T]], now: Callable[[], float]) -> None:
        self._read = read
        self._now = now
        self._lock = asyncio.Lock()
        self._value: tuple[T, float] | None = None
        self._tried_at: float | None = None
        self._has_failed = False

    async def get(self, *, again: bool = False) -> T:
        """Return the document; `again` reads one that lacks something, if the last attempt was long enough ago.

        Raises `ProviderUnavailable`.
        """
        if not again and self._value is not None and self._age(self._value[1]) < FRESH_FOR:
            return self._value[0]
        async with self._lock:
            if self._tried_at is None or self._age(self._tried_at) >= RETRY_AFTER:
                self._tried_at = self._now()
                try:
                    self._value = await self._read(), self._now()
                    self._has_failed = False
                except ProviderUnavailable:
                    self._has_failed = True
                    if self._value is None or self._age(self._value[1]) >= STALE_FOR:
                        self._value = None
                        raise
            if self._value is None:
                raise ProviderUnavailable
            return self._value[0]

    async def check(self) -> None:
        """Raise `ProviderUnavailable` if the document could not be read lately."""
        if self._value is None or self._age(self._value[1]) >= CHECKED_FOR:
            await self.get(again=True)
        if self._has_failed:
            raise ProviderUnavailable

    def _age(self, at: float) -> float:
        return self._now() - at
