"""Prometheus metrics. Imported only when a metrics port is set.

Each process writes to its own files in `PROMETHEUS_MULTIPROC_DIR`, which `metrics_exporter` aggregates: totals are
correct with any number of workers, and counts of a killed worker are kept.
"""

import asyncio
from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Protocol
from uuid import UUID

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from marketplace.core.domain.events import Delivery
from marketplace.core.domain.messages import Message
from marketplace.core.domain.payments import OperationKind, OperationState, PaymentOperation
from marketplace.core.ports.jobs import Handler, Handlers
from marketplace.core.ports.unit_of_work import Transaction
from marketplace.telemetry.database_timing import ConnectionPool
from marketplace.telemetry.request_log import RequestRecord

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds in seconds."""
UNMATCHED_ROUTE = "none"
"""Label of requests that matched no route."""
SAMPLE_INTERVAL = 1.0
"""Seconds between samples of the connection pool."""
BOOKING_ROUTE = ("POST", "/api/bookings")
CREATED, CREATED_STATUS = "created", 201
READINESS_PROBE = ("GET", "/health/ready", "200")
JOB_OUTCOMES = ("done", "failed")


class AnswerCounts(Protocol):
    """Counts of kept answers since the process started."""

    hits: int
    misses: int
    drops: int


ANSWER_COUNTS = ("hits", "misses", "drops")


class StreamCounts(Protocol):
    """Streams of live seats that are open, and events sent since the process started."""

    open: int
    sent: int


class Meter:
    """Metrics of one process."""

    def __init__(self) -> None:
        # A registry of our own excludes the collectors that the library registers by default.
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
        self._messages = Counter(
            "marketplace_messages",
            "Attempts to send messages, by kind and the state after it.",
            ["kind", "state"],
            registry=registry,
        )
        self._operations = Counter(
            "marketplace_payment_operations",
            "Attempts to ask the payment provider, by kind and the state after it.",
            ["kind", "state"],
            registry=registry,
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
        self._tasks = Gauge(
            "marketplace_tasks",
            "Tasks of the event loops. A number that only grows is a leak.",
            registry=registry,
            multiprocess_mode="livesum",
        )
        self._answers = Counter(
            "marketplace_kept_answers",
            "Answers to anonymous readers, by whether they were kept, and how often answers were dropped.",
            ["event"],
            registry=registry,
        )
        self._streams = Gauge(
            "marketplace_live_streams",
            "Open streams of live seats.",
            registry=registry,
            multiprocess_mode="livesum",
        )
        self._live_events = Counter(
            "marketplace_live_events", "Events sent on streams of live seats, one for each stream.", registry=registry
        )
        # Initialise at zero: `increase()` misses the first event of a series that starts at 1, and an absent series is
        # not zero.
        self._bookings.labels(CREATED)
        self._requests.labels(*READINESS_PROBE)
        for kind in OperationKind:
            for state in (OperationState.REFUSED, OperationState.UNKNOWN):
                self._operations.labels(kind.value, state.value)
        self._observe_request: dict[tuple[str, str, int], Callable[[float], None]] = {}
        self._observe_database: dict[str, Callable[[float], None]] = {}

    def observe(self, record: RequestRecord) -> None:
        """Record a request. A `RequestObserver`."""
        route = record.route or UNMATCHED_ROUTE
        key = (record.method, route, record.status)
        observe = self._observe_request.get(key)
        if observe is None:
            observe = self._observe_request[key] = self._requests.labels(
                record.method, route, str(record.status)
            ).observe
        observe(record.seconds)
        if record.timing.statements:
            observe = self._observe_database.get(route)
            if observe is None:
                observe = self._observe_database[route] = self._database.labels(route).observe
            observe(record.timing.database_seconds)
            if record.timing.waiting_seconds:
                self._pool_wait.inc(record.timing.waiting_seconds)
        if (record.method, record.route) == BOOKING_ROUTE:
            self._bookings.labels(_booking_outcome(record)).inc()

    async def handle(self, tx: Transaction, deliveries: Sequence[Delivery]) -> None:
        """Count events. A `Subscriber`."""
        _ = tx
        for each in deliveries:
            self._events.labels(each.event.kind).inc()

    def count_message(self, message: Message) -> None:
        """Count what came of an attempt to send a message."""
        self._messages.labels(message.kind.value, message.state.value).inc()

    def count_operation(self, operation: PaymentOperation) -> None:
        """Count what came of an attempt to ask the payment provider."""
        self._operations.labels(operation.kind.value, operation.state.value).inc()

    def instrument(self, handlers: Handlers) -> Handlers:
        """Wrap job handlers to record their duration and outcome."""
        return {kind: self._instrument_handler(kind, handler) for kind, handler in handlers.items()}

    def _instrument_handler(self, kind: str, handler: Handler) -> Handler:
        for outcome in JOB_OUTCOMES:
            self._jobs.labels(kind, outcome)

        async def handle(subject: UUID | None) -> None:
            started, outcome = perf_counter(), "failed"
            try:
                await handler(subject)
                outcome = "done"
            finally:
                self._jobs.labels(kind, outcome).observe(perf_counter() - started)

        return handle

    async def sample_streams(self, streams: StreamCounts) -> None:
        """Sample the streams of a server every `SAMPLE_INTERVAL` seconds until cancelled."""
        seen = 0
        while True:
            self._streams.set(streams.open)
            self._live_events.inc(streams.sent - seen)
            seen = streams.sent
            await asyncio.sleep(SAMPLE_INTERVAL)

    async def sample(self, pool: ConnectionPool, answers: AnswerCounts | None = None) -> None:
        """Sample the pool, and the kept answers of a server, every `SAMPLE_INTERVAL` seconds until cancelled."""
        in_use, idle = self._pool.labels("in_use"), self._pool.labels("idle")
        seen = dict.fromkeys(ANSWER_COUNTS, 0)
        while True:
            for name in seen if answers is not None else ():
                count: int = getattr(answers, name)
                self._answers.labels(name).inc(count - seen[name])
                seen[name] = count
            usage = pool.usage
            in_use.set(usage.size - usage.idle)
            idle.set(usage.idle)
            self._pool_waiting.set(usage.waiting)
            self._tasks.set(len(asyncio.all_tasks()))
            await asyncio.sleep(SAMPLE_INTERVAL)


def _booking_outcome(record: RequestRecord) -> str:
    if record.status == CREATED_STATUS:
        return "replayed" if record.is_replayed else CREATED
    return record.code or "broken_off"
