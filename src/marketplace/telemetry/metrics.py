"""What is counted, for Prometheus. Loaded only where a port for it is set.

Each process counts in files of its own in `PROMETHEUS_MULTIPROC_DIR`, which `scraping` reads together: so the sums are
right with any number of workers, and what a killed one counted stays counted.
"""

import asyncio
from collections.abc import Callable
from time import perf_counter
from uuid import UUID

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from marketplace.core.domain.events import Delivery
from marketplace.core.ports.jobs import Handler, Handlers
from marketplace.core.ports.unit_of_work import Transaction
from marketplace.telemetry.database_timing import ConnectionPool
from marketplace.telemetry.request_log import RequestRecord

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds."""
UNMATCHED_ROUTE = "none"
"""The route of what matched none."""
SAMPLE_EVERY = 1.0
"""Seconds between two looks at the pool."""
BOOK = ("POST", "/api/bookings")
CREATED, CREATED_STATUS = "created", 201
READY = ("GET", "/health/ready", "200")
JOB_OUTCOMES = ("done", "failed")


class Meter:
    """The instruments of one process."""

    def __init__(self) -> None:
        # the values are in files; a registry of our own keeps what the library adds by itself out
        registry = CollectorRegistry()
        self._requests = Histogram(
            "marketplace_request_seconds",
            "Seconds that requests took, by route and status.",
            ["method", "route", "status"],
            registry=registry,
            buckets=BUCKETS,
        )
        self._database = Histogram(
            "marketplace_request_database_seconds",
            "Seconds of a request that the database took.",
            ["route"],
            registry=registry,
            buckets=BUCKETS,
        )
        self._pool_wait = Counter(
            "marketplace_pool_wait_seconds", "Seconds that requests waited for a connection.", registry=registry
        )
        self._bookings = Counter(
            "marketplace_bookings", "Attempts to book, by what came of them.", ["outcome"], registry=registry
        )
        self._jobs = Histogram(
            "marketplace_job_seconds",
            "Seconds that jobs took, by kind and whether they ended well.",
            ["kind", "outcome"],
            registry=registry,
            buckets=BUCKETS,
        )
        self._events = Counter(
            "marketplace_events", "Events handed to subscribers, by kind.", ["kind"], registry=registry
        )
        self._pool = Gauge(
            "marketplace_pool_connections",
            "Connections of all pools, by what they do.",
            ["state"],
            registry=registry,
            multiprocess_mode="livesum",
        )
        self._pool_waiting = Gauge(
            "marketplace_pool_waiting",
            "Requests and jobs that wait for a connection.",
            registry=registry,
            multiprocess_mode="livesum",
        )
        # a series that begins with what it first counts has not risen, and one that is not there is not zero
        self._bookings.labels(CREATED)
        self._requests.labels(*READY)
        self._seen: dict[tuple[str, str, int], Callable[[float], None]] = {}
        self._seen_database: dict[str, Callable[[float], None]] = {}

    def observe(self, record: RequestRecord) -> None:
        """Count a request. A `RequestObserver`."""
        route = record.route or UNMATCHED_ROUTE
        key = (record.method, route, record.status)
        seen = self._seen.get(key)
        if seen is None:
            seen = self._seen[key] = self._requests.labels(record.method, route, str(record.status)).observe
        seen(record.seconds)
        if record.timing.statements:
            seen = self._seen_database.get(route)
            if seen is None:
                seen = self._seen_database[route] = self._database.labels(route).observe
            seen(record.timing.database_seconds)
            self._pool_wait.inc(record.timing.waiting_seconds)
        if (record.method, record.route) == BOOK:
            self._bookings.labels(_outcome(record)).inc()

    async def handle(self, tx: Transaction, delivery: Delivery) -> None:
        """Count an event. A `Subscriber`."""
        _ = tx
        self._events.labels(delivery.event.kind).inc()

    def metered(self, handlers: Handlers) -> Handlers:
        """The handlers of jobs, counted."""
        return {kind: self._metered(kind, handler) for kind, handler in handlers.items()}

    def _metered(self, kind: str, handler: Handler) -> Handler:
        for each in JOB_OUTCOMES:
            self._jobs.labels(kind, each)

        async def handle(subject: UUID | None) -> None:
            started, outcome = perf_counter(), "failed"
            try:
                await handler(subject)
                outcome = "done"
            finally:
                self._jobs.labels(kind, outcome).observe(perf_counter() - started)

        return handle

    async def sample(self, pool: ConnectionPool) -> None:
        """Look at the pool, over and over, until cancelled."""
        in_use, idle = self._pool.labels("in_use"), self._pool.labels("idle")
        while True:
            usage = pool.usage
            in_use.set(usage.size - usage.idle)
            idle.set(usage.idle)
            self._pool_waiting.set(usage.waiting)
            await asyncio.sleep(SAMPLE_EVERY)


def _outcome(record: RequestRecord) -> str:
    if record.status == CREATED_STATUS:
        return "replayed" if record.is_replayed else CREATED
    return record.code or "broken_off"
