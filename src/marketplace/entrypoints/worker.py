"""Background worker: a process of its own (`marketplace worker`), or a task inside `serve` in small installations."""

import asyncio
import logging
import os
import signal
from contextlib import AsyncExitStack, suppress
from pathlib import Path
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
from marketplace.core.services.mail_delivery import MailDelivery
from marketplace.core.services.materialized_availability import MaterializedAvailabilityService
from marketplace.core.services.payment_operations import PaymentOperations
from marketplace.core.services.picture_sweeps import PictureSweeper
from marketplace.core.services.reconciliation import Reconciliation
from marketplace.core.services.reminders import ReminderService
from marketplace.core.services.session_words import SessionWordsService
from marketplace.core.services.terms import TermsService
from marketplace.core.services.usernames import UsernameService
from marketplace.core.services.zones import ZoneService
from marketplace.http.kept import KeptAnswers
from marketplace.http.live.live_seats import LiveSeats
from marketplace.settings import Settings
from marketplace.telemetry.heartbeats import Heartbeat
from marketplace.telemetry.metrics_exporter import MULTIPROC_DIR

if TYPE_CHECKING:
    from marketplace.telemetry.metrics import Meter

LOG = logging.getLogger(__name__)

RETRY_DELAY = 1.0
"""Seconds between restarts after a failure."""
ADOPT_INTERVAL = 2.0
"""Seconds between moves of jobs that servers of the previous release enqueued."""
PURGE_JOBS = (
    "purge_events",
    "purge_messages",
    "sweep_api_keys",
    "sweep_bulk_runs",
    "sweep_email_requests",
    "sweep_idempotency_keys",
    "sweep_logins",
    "sweep_notifications",
    "sweep_passkey_challenges",
    "sweep_payment_events",
    "sweep_pictures",
    "sweep_rate_limits",
    "sweep_waitlist",
)


def make_meter(settings: Settings) -> "Meter | None":
    """Return the metrics of this process, or `None` if metrics are not exported."""
    if settings.metrics_port is None:
        return None
    # Imported here so that prometheus_client is loaded only when metrics are exported.
    from marketplace.telemetry.metrics import Meter  # noqa: PLC0415

    return Meter()


async def work(
    settings: Settings, container: AsyncContainer, stop: asyncio.Event, meter: "Meter | None" = None
) -> None:
    """Run due jobs, deliver events and send mail until `stop` is set; jobs already running are finished first."""
    handlers, events = await container.get(Handlers), await container.get(EventRelay)
    if meter is not None:
        (await container.get(PaymentOperations)).call_with_attempts(meter.count_operation)
        handlers = meter.instrument(handlers)
        events = events.with_subscriber(meter)
    await _start_recurring_jobs(container, handlers, stop)
    mail = await container.get(MailDelivery)
    if meter is not None:
        mail = mail.with_observer(meter.count_message)
    others = [asyncio.create_task(each.run(stop)) for each in (events, mail)]
    try:
        await _run_jobs(settings, container, handlers, stop)
    finally:
        if not stop.is_set():
            for task in others:
                task.cancel()
        await asyncio.gather(*others, return_exceptions=True)


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
    """Move jobs that servers of the previous release enqueue, until cancelled."""
    while True:
        try:
            while await adopt_jobs(database):
                pass
        except Exception as error:  # noqa: BLE001 - the jobs stay in the old queue until the next attempt
            LOG.warning("Jobs enqueued by the previous release could not be moved: %s", type(error).__name__)
        await asyncio.sleep(ADOPT_INTERVAL)


async def _start_recurring_jobs(container: AsyncContainer, handlers: Handlers, stop: asyncio.Event) -> None:
    """Start the recurring jobs, each of which enqueues its successor. Retries until the database is reachable."""
    while not stop.is_set():
        try:
            for kind in PURGE_JOBS:
                await handlers[kind](None)
            await (await container.get(MaterializedAvailabilityService)).begin()
            await (await container.get(ReminderService)).begin()
            await (await container.get(ZoneService)).begin()
            await (await container.get(UsernameService)).begin()
            await (await container.get(TermsService)).begin()
            await (await container.get(PictureSweeper)).begin()
            await (await container.get(SessionWordsService)).begin()
            await (await container.get(Reconciliation)).begin()
        except MarketplaceError as error:
            LOG.warning("The worker is waiting for the database: %s", error)
            await _wait(stop, RETRY_DELAY)
        else:
            return


async def _wait(stop: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)


async def work_until_signalled(settings: Settings, container: AsyncContainer, meter: "Meter | None" = None) -> None:
    """Run `work` until SIGTERM or SIGINT, then close the container."""
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with AsyncExitStack() as stack:
        stack.push_async_callback(container.close)
        if meter is not None:
            sampler, heartbeat = PoolSampler(meter, container), Heartbeat(Path(os.environ[MULTIPROC_DIR]))
            for each in (sampler, heartbeat):
                stack.push_async_callback(each.end)
                await each.start()
        await work(settings, container, stop, meter)


class InProcessWorker:
    """Background worker in the event loop of an application; restarts after a failure."""

    def __init__(self, settings: Settings, container: AsyncContainer, meter: "Meter | None" = None) -> None:
        self._settings = settings
        self._meter = meter
        self._container = container
        self._stop = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._task = asyncio.create_task(self._work())

    async def _work(self) -> None:
        while not self._stop.is_set():
            try:
                await work(self._settings, self._container, self._stop, self._meter)
            except Exception:
                # Keep the worker alive: bookings must expire and complete.
                LOG.exception("The background worker failed and is restarting")
                await _wait(self._stop, RETRY_DELAY)

    async def end(self) -> None:
        """Stop taking jobs and wait for the running ones."""
        self._stop.set()
        if self._task is not None:
            await self._task


class PoolSampler:
    """Samples the connection pool while an application runs, and the kept answers and streams if it serves.

    It also counts what requests and jobs ask of the payment provider.
    """

    def __init__(self, meter: "Meter", container: AsyncContainer, *, serves: bool = False) -> None:
        self._meter = meter
        self._container = container
        self._serves = serves
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        answers = await self._container.get(KeptAnswers) if self._serves else None
        (await self._container.get(PaymentOperations)).call_with_attempts(self._meter.count_operation)
        sampled = [self._meter.sample(await self._container.get(Database), answers)]
        if self._serves:
            sampled.append(self._meter.sample_streams(await self._container.get(LiveSeats)))
        self._tasks = [asyncio.create_task(each) for each in sampled]

    async def end(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
