"""Background work: in a process of its own (`marketplace worker`), or beside the requests of a small installation."""

import asyncio
import logging
import signal
from contextlib import suppress
from typing import TYPE_CHECKING

from dishka import AsyncContainer

from marketplace.adapters.postgres.connection.pool import Database
from marketplace.adapters.postgres.jobs.pgqueuer import adopt_jobs
from marketplace.adapters.postgres.jobs.queue import PostgresJobQueue, connect_worker
from marketplace.core.errors import MarketplaceError
from marketplace.core.ports.jobs import Handlers
from marketplace.core.ports.storage import Storage
from marketplace.core.ports.system import Clock
from marketplace.core.services.events import EventRelay
from marketplace.core.services.job_worker import JobWorker
from marketplace.core.services.materialized_availability import MaterializedAvailabilityService
from marketplace.settings import Settings

if TYPE_CHECKING:
    from marketplace.telemetry.metrics import Meter

LOG = logging.getLogger(__name__)

PAUSE = 1.0
"""Seconds."""
ADOPT_EVERY = 2.0
"""Seconds."""
PURGE_JOBS = ("purge_events", "sweep_bulk_runs", "sweep_idempotency_keys", "sweep_rate_limits")


def meter_of(settings: Settings) -> "Meter | None":
    """The instruments of this process, where metrics are exported."""
    if settings.metrics_port is None:
        return None
    # a library that only those load who are asked to count
    from marketplace.telemetry.metrics import Meter  # noqa: PLC0415

    return Meter()


async def work(
    settings: Settings, container: AsyncContainer, stop: asyncio.Event, meter: "Meter | None" = None
) -> None:
    """Run jobs as they fall due and deliver events, until `stop` is set and those under way have ended."""
    handlers, events = await container.get(Handlers), await container.get(EventRelay)
    if meter is not None:
        handlers, events = meter.metered(handlers), events.with_subscriber(meter)
    await _begin_chores(container, handlers, stop)
    relay = asyncio.create_task(events.run(stop))
    try:
        await _run_jobs(settings, container, handlers, stop)
    finally:
        if not stop.is_set():
            relay.cancel()
        await asyncio.gather(relay, return_exceptions=True)


async def _run_jobs(settings: Settings, container: AsyncContainer, handlers: Handlers, stop: asyncio.Event) -> None:
    clock = await container.get(Clock)
    if settings.database_url is None:
        await JobWorker((await container.get(Storage)).job_queue, clock, handlers).run(stop)
        return
    database = await connect_worker(settings.database_url)
    adopting = asyncio.create_task(_adopt(await container.get(Database)))
    try:
        await JobWorker(PostgresJobQueue(database), clock, handlers).run(stop)
    finally:
        adopting.cancel()
        await asyncio.gather(adopting, return_exceptions=True)
        await database.close()


async def _adopt(database: Database) -> None:
    """Move what servers of the release before enqueue, until cancelled."""
    while True:
        try:
            while await adopt_jobs(database):
                pass
        except Exception as error:  # noqa: BLE001 - the jobs stay where they are until the next time
            LOG.warning("Jobs enqueued by the previous release could not be moved: %s", type(error).__name__)
        await asyncio.sleep(ADOPT_EVERY)


async def _begin_chores(container: AsyncContainer, handlers: Handlers, stop: asyncio.Event) -> None:
    """Each chore leaves its next one behind; these are the first, once the database is there."""
    while not stop.is_set():
        try:
            for purge in PURGE_JOBS:
                await handlers[purge](None)
            await (await container.get(MaterializedAvailabilityService)).begin()
        except MarketplaceError as error:
            LOG.warning("The worker is waiting for the database: %s", error)
            await _wait(stop, PAUSE)
        else:
            return


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)


async def work_until_signalled(settings: Settings, container: AsyncContainer, meter: "Meter | None" = None) -> None:
    """`work` until SIGTERM or SIGINT."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    look = None if meter is None else PoolSampler(meter, container)
    try:
        if look is not None:
            await look.start()
        await work(settings, container, stop, meter)
    finally:
        if look is not None:
            await look.end()
        await container.close()


class InProcessWorker:
    """Background work in the event loop of an application: started and stopped with it."""

    def __init__(self, settings: Settings, container: AsyncContainer, meter: "Meter | None" = None) -> None:
        self._settings = settings
        self._meter = meter
        self._container = container
        self._stop = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self._work())

    async def _work(self) -> None:
        while not self._stop.is_set():
            try:
                await work(self._settings, self._container, self._stop, self._meter)
            except Exception:
                # whatever it is: bookings must go on lapsing and completing
                LOG.exception("The background worker failed and is restarting")
                await _wait(self._stop, PAUSE)

    async def end(self) -> None:
        """Let the jobs under way end."""
        self._stop.set()
        if self._task is not None:
            await self._task


class PoolSampler:
    """Looks at the pool of an application, from its start to its end."""

    def __init__(self, meter: "Meter", container: AsyncContainer) -> None:
        self._meter = meter
        self._container = container
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self._meter.sample(await self._container.get(Database)))

    async def end(self) -> None:
        """Stop looking."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
