"""Background work: in a process of its own (`marketplace worker`), or beside the requests of a small installation."""

import asyncio
import logging
import signal
from contextlib import suppress

from dishka import AsyncContainer

from marketplace.adapters.memory.jobs import work as work_in_memory
from marketplace.core.errors import MarketplaceError
from marketplace.core.ports.jobs import Handlers
from marketplace.core.ports.storage import Storage
from marketplace.core.ports.system import Clock
from marketplace.core.services.open_times import OpenTimesService
from marketplace.settings import Settings

LOG = logging.getLogger(__name__)

PAUSE = 1.0
"""Seconds."""
SWEEPS = ("sweep_idempotency_keys", "sweep_rate_limits")


async def work(settings: Settings, container: AsyncContainer, stop: asyncio.Event) -> None:
    """Run jobs as they fall due, until `stop` is set and those under way have ended."""
    handlers = await container.get(Handlers)
    await _begin_chores(container, handlers, stop)
    if settings.database_url is None:
        storage, clock = await container.get(Storage), await container.get(Clock)
        await work_in_memory(storage.unit_of_work, clock, handlers, stop)
        return
    # half a second that only a worker needs to spend
    from marketplace.adapters.postgres.worker import work as work_in_postgres  # noqa: PLC0415

    await work_in_postgres(settings.database_url, handlers, stop)


async def _begin_chores(container: AsyncContainer, handlers: Handlers, stop: asyncio.Event) -> None:
    """Each chore leaves its next one behind; these are the first, once the database is there."""
    while not stop.is_set():
        try:
            for sweep in SWEEPS:
                await handlers[sweep](None)
            await (await container.get(OpenTimesService)).begin()
        except MarketplaceError as error:
            LOG.warning("The worker waits for the database: %s", error)
            await _wait(stop, PAUSE)
        else:
            return


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)


async def work_until_told(settings: Settings, container: AsyncContainer) -> None:
    """`work` until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    try:
        await work(settings, container, stop)
    finally:
        await container.close()


class WorkBeside:
    """Background work in the event loop of an application: started and stopped with it."""

    def __init__(self, settings: Settings, container: AsyncContainer) -> None:
        self._settings = settings
        self._container = container
        self._stop = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self._work())

    async def _work(self) -> None:
        while not self._stop.is_set():
            try:
                await work(self._settings, self._container, self._stop)
            except Exception:
                # whatever it is: bookings must go on lapsing and completing
                LOG.exception("The background work broke off and begins again")
                await _wait(self._stop, PAUSE)

    async def end(self) -> None:
        """Let the jobs under way end."""
        self._stop.set()
        if self._task is not None:
            await self._task
