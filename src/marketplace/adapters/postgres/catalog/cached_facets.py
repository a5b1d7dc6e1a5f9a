"""Counts of the catalog, cached since counting costs a scan."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime

from marketplace.core.domain.catalog import CatalogFilters, Facets

FACETS_TTL = 30.0
"""Seconds."""
MAX_CACHED_FACETS = 256
MAX_CONCURRENT_COUNTS = 2
"""Maximum of concurrent counting scans; the other connections stay free for buyers."""


class CachedFacets:
    """Counts by filters. Concurrent requests for the same filters share one scan."""

    def __init__(self, count: Callable[[CatalogFilters, datetime], Awaitable[Facets]]) -> None:
        self._count = count
        self._facets: dict[CatalogFilters, tuple[float, asyncio.Task[Facets]]] = {}
        self._counting = asyncio.Semaphore(MAX_CONCURRENT_COUNTS)

    async def get(self, filters: CatalogFilters, now: datetime) -> Facets:
        filters = replace(filters, ordering="-created_at")
        tick = asyncio.get_running_loop().time()
        cached = self._facets.get(filters)
        if cached is None or cached[0] <= tick:
            cached = (tick + FACETS_TTL, asyncio.create_task(self._counted(filters, now)))
            self._cache(filters, cached)
        return await asyncio.shield(cached[1])

    def _cache(self, filters: CatalogFilters, cached: tuple[float, asyncio.Task[Facets]]) -> None:
        def forget_failure(task: asyncio.Task[Facets]) -> None:
            if (task.cancelled() or task.exception()) and self._facets.get(filters) is cached:
                del self._facets[filters]

        self._facets.pop(filters, None)
        self._facets[filters] = cached
        cached[1].add_done_callback(forget_failure)
        while len(self._facets) > MAX_CACHED_FACETS:
            del self._facets[next(iter(self._facets))]

    async def _counted(self, filters: CatalogFilters, now: datetime) -> Facets:
        async with self._counting:
            return await self._count(filters, now)
