"""Export the metrics and the health of all processes of a program on a separate, internal port.

The exporter is its own process, so it keeps answering while workers are busy, restarting or killed. It exits when the
last process holding its standard input exits, for whatever reason. If it exits earlier it is restarted; no counts are
lost, since they are in files. `/health/live` and `/health/ready` answer what the processes last wrote about themselves.
"""

import asyncio
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any, get_args
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

import asyncpg

from marketplace.core.ports.jobs import JobKind
from marketplace.settings import Settings
from marketplace.telemetry.heartbeats import read_health
from marketplace.telemetry.supervised_process import SupervisedProcess

MULTIPROC_DIR = "PROMETHEUS_MULTIPROC_DIR"
"""Environment variable from which prometheus_client reads the directory of the metric files."""
TIMEOUT = 3
"""Seconds that a scrape waits for the database."""
CLIENT_TIMEOUT = 5
"""Seconds that the exporter waits for a client."""
QUEUE_SQL = """
    SELECT count(*) FILTER (WHERE is_free AND kind = ANY($1)) AS due,
        coalesce(extract(epoch FROM now() - min(run_at) FILTER (WHERE is_free AND kind = ANY($1))), 0)::float8 AS age,
        count(*) FILTER (WHERE NOT is_free) AS picked
    FROM (
        SELECT run_at, kind, locked_until IS NULL OR locked_until <= now() AS is_free FROM jobs WHERE run_at <= now()
    ) AS job
"""
EVENTS_SQL = """
    SELECT count(*) AS undelivered, coalesce(extract(epoch FROM now() - min(at)), 0)::float8 AS age FROM (
        SELECT at FROM booking_steps WHERE deliver_at IS NOT NULL
        UNION ALL SELECT at FROM events WHERE deliver_at IS NOT NULL) AS undelivered
"""
# Messages that are due, postponed after a failure (by at most an hour), or at a worker.
MAIL_SQL = """
    SELECT coalesce(extract(epoch FROM now() - min(due_at)), 0)::float8 AS age FROM (
        SELECT due_at FROM messages WHERE next_attempt_at <= now() + interval '1 hour' AND due_at <= now()
        ORDER BY next_attempt_at, id LIMIT 1000) AS waiting
"""
JOBS_DUE = ("marketplace_jobs_due", "Jobs whose time has come and that no worker has taken.")
JOBS_PICKED = ("marketplace_jobs_picked", "Jobs that a worker has taken.")
OLDEST_JOB_AGE = ("marketplace_jobs_oldest_seconds", "Seconds since the time of the oldest due job.")
EVENTS_UNDELIVERED = ("marketplace_events_undelivered", "Events that no relay has delivered yet.")
OLDEST_EVENT_AGE = ("marketplace_events_oldest_seconds", "Seconds since the oldest undelivered event.")
DATABASE_UP = ("marketplace_database_up", "Whether the database answers.")
OLDEST_MESSAGE_AGE = ("marketplace_mail_oldest_seconds", "Seconds since the oldest message that waits was due.")
GAUGES = (JOBS_DUE, JOBS_PICKED, OLDEST_JOB_AGE, EVENTS_UNDELIVERED, OLDEST_EVENT_AGE, OLDEST_MESSAGE_AGE)


@contextmanager
def exported_metrics(settings: Settings) -> Iterator[None]:
    """Export metrics of this process and its children while the block runs; does nothing without `metrics_port`."""
    if settings.metrics_port is None:
        yield
        return
    folder = tempfile.mkdtemp(prefix="marketplace-metrics-")
    os.environ[MULTIPROC_DIR] = folder
    exporter = SupervisedProcess("metrics", lambda: _Exporter(settings, folder))
    exporter.start()
    try:
        yield
    finally:
        exporter.end()
        del os.environ[MULTIPROC_DIR]
        shutil.rmtree(folder, ignore_errors=True)


class _Exporter:
    """The exporter process."""

    def __init__(self, settings: Settings, folder: str) -> None:
        options = {"folder": folder, "host": settings.metrics_host, "port": settings.metrics_port}
        self._process = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-m", "marketplace.telemetry.metrics_exporter", json.dumps(options)],
            stdin=subprocess.PIPE,
            env=os.environ | {"MARKETPLACE_DATABASE_URL": settings.database_url or ""},
        )

    def wait(self) -> int:
        return self._process.wait()

    def end(self) -> None:
        if self._process.stdin is not None:
            self._process.stdin.close()


Respond = Callable[[str, list[tuple[str, str]]], Any]


class _Listener(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    request_queue_size = 64


class _Handler(WSGIRequestHandler):
    timeout = CLIENT_TIMEOUT

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name in the base class
        """Log nothing: probes and scrapes come every few seconds."""


def with_health(folder: Path, metrics: Callable[[dict[str, Any], Respond], Iterable[bytes]]) -> Any:
    """Return a WSGI application that answers health checks, and all else by `metrics`."""

    def answer(environ: dict[str, Any], respond: Respond) -> Iterable[bytes]:
        path = environ["PATH_INFO"].rstrip("/")
        if path not in {"/health/live", "/health/ready"}:
            return metrics(environ, respond)
        health = read_health(folder, time.monotonic())
        is_well = health.is_live if path == "/health/live" else health.is_ready
        respond("200 OK" if is_well else "503 Service Unavailable", [("Content-Type", "application/json")])
        return [b'{"status":"ok"}' if is_well else b'{"status":"unwell"}']

    return answer


def export(folder: Path, host: str, port: int, database_url: str | None) -> None:
    """Answer scrapes and health checks until standard input is closed. Raises `OSError` if the port is in use."""
    # Imported here so that only the exporter and the workers load prometheus_client.
    from prometheus_client import CollectorRegistry, make_wsgi_app  # noqa: PLC0415
    from prometheus_client.core import GaugeMetricFamily, Metric  # noqa: PLC0415
    from prometheus_client.multiprocess import MultiProcessCollector  # noqa: PLC0415
    from prometheus_client.registry import Collector  # noqa: PLC0415

    class ProcessCollector(Collector):
        """Aggregates the metric files of running and exited processes."""

        def __init__(self) -> None:
            self._all = MultiProcessCollector(None, str(folder))  # type: ignore[no-untyped-call]

        def collect(self) -> Iterator[Metric]:
            remove_dead_processes(folder)
            yield from self._all.collect()  # type: ignore[no-untyped-call]

    class DatabaseCollector(Collector):
        """Reads the job queue and undelivered events from the database."""

        def describe(self) -> list[Metric]:
            """Return nothing, so that registering does not query the database."""
            return []

        def collect(self) -> Iterator[Metric]:
            if database_url:
                values = asyncio.run(_read_gauges(database_url))
                yield GaugeMetricFamily(*DATABASE_UP, value=float(values is not None))
                for gauge, value in zip(GAUGES, values or (), strict=False):
                    yield GaugeMetricFamily(*gauge, value=value)

    registry = CollectorRegistry()
    for collector in (ProcessCollector(), DatabaseCollector()):
        registry.register(collector)
    family, _, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    _Listener.address_family = family
    listener = _Listener((str(address[0]), port), _Handler)
    listener.set_app(with_health(folder, make_wsgi_app(registry)))
    threading.Thread(target=listener.serve_forever, name="listener", daemon=True).start()
    sys.stdin.read()


def remove_dead_processes(folder: Path) -> None:
    """Delete the `live*` gauge files of exited processes: a killed worker holds no connections."""
    for path in folder.glob("gauge_live*_*.db"):
        pid = int(path.stem.rpartition("_")[2])
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            path.unlink(missing_ok=True)
        except PermissionError:
            pass


async def _read_gauges(url: str) -> tuple[float, ...] | None:
    """Return the values of `GAUGES`, or `None` if the database is unreachable."""
    with suppress(OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
        connection = await asyncpg.connect(
            url, timeout=TIMEOUT, command_timeout=TIMEOUT, server_settings={"application_name": "marketplace metrics"}
        )
        try:
            row = await connection.fetchrow(QUEUE_SQL, list(get_args(JobKind)))
            events = await connection.fetchrow(EVENTS_SQL)
            mail = await connection.fetchrow(MAIL_SQL)
        finally:
            await connection.close(timeout=TIMEOUT)
        if row is not None and events is not None and mail is not None:
            return row["due"], row["picked"], row["age"], events["undelivered"], events["age"], mail["age"]
    return None


if __name__ == "__main__":
    for number in (signal.SIGINT, signal.SIGTERM):
        # Signals reach the whole process group. Ignore them, so that the last scrape still sees the shutdown.
        signal.signal(number, signal.SIG_IGN)
    options = json.loads(sys.argv[1])
    try:
        export(
            Path(options["folder"]), options["host"], options["port"], os.environ["MARKETPLACE_DATABASE_URL"] or None
        )
    except OSError as error:
        # The parent process logs the exit status.
        sys.exit(error.errno)
