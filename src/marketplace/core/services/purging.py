"""Hourly deletion of old rows, in batches."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from marketplace.core.ports.jobs import Job, JobKind
from marketplace.core.ports.unit_of_work import UnitOfWork

HOUR = timedelta(hours=1)


async def purge_hourly(
    unit_of_work: UnitOfWork, kind: JobKind, now: datetime, purge: Callable[[], Awaitable[int]]
) -> None:
    """Purge in batches until one is empty, and enqueue the next job of this kind at the next full hour."""
    while await purge():
        pass
    next_hour = now.replace(minute=0, second=0, microsecond=0) + HOUR
    async with unit_of_work() as tx:
        await tx.jobs.enqueue(Job(kind=kind, subject=None, run_at=next_hour))
