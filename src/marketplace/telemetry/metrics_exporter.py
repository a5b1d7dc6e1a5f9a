"""Metrics of all processes of a program, on a port of their own that no client reaches.

The exporter is a process beside the workers: it goes on answering while they are busy, restarted or killed. It ends
when the last process that holds its input does, however that one ended. One that ends before is begun again, with all
that was counted, since that is in files.
"""

import asyncio
import errno
import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import get_args

import asyncpg

from marketplace.core.ports.jobs import JobKind
from marketplace.settings import Settings

LOG = logging.getLogger(__name__)

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""The variable by which prometheus_client knows where processes count."""
TIMEOUT = 3
"""Seconds for the database to answer a scrape."""
PAUSE_FIRST, MAX_PAUSE = 0.5, 30.0
"""Seconds until an exporter that ended is begun again: doubled from the first to the most, unless it lasted longer."""
QUEUE = """
    SELECT count(*) FILTER (WHERE is_free AND kind = ANY($1)) AS due,
        coalesce(extract(epoch FROM now() - min(run_at) FILTER (WHERE is_free AND kind = ANY($1))), 0)::float8 AS age,
        count(*) FILTER (WHERE NOT is_free) AS picked
    FROM (
        SELECT run_at, kind, locked_until IS NULL OR locked_until <= now() AS is_free FROM jobs WHERE run_at <= now()
    ) AS job
"""
EVENTS = """
    SELECT count(*) AS undelivered, coalesce(extract(epoch FROM now() - min(at)), 0)::float8 AS age FROM (
        SELECT at FROM booking_steps WHERE deliver_at IS NOT NULL
        UNION ALL SELECT at FROM events WHERE deliver_at IS NOT NULL) AS undelivered
"""
DUE = ("marketplace_jobs_due", "Jobs whose time has come and that no worker has taken.")
PICKED = ("marketplace_jobs_picked", "Jobs that a worker has taken.")
AGE = ("marketplace_jobs_oldest_seconds", "Seconds since the time of the oldest due job.")
EVENTS_UNDELIVERED = ("marketplace_events_undelivered", "Events that no relay has delivered yet.")
EVENTS_AGE = ("marketplace_events_oldest_seconds", "Seconds since the oldest undelivered event.")
UP = ("marketplace_database_up", "Whether the database answers.")
GAUGES = (DUE, PICKED, AGE, EVENTS_UNDELIVERED, EVENTS_AGE)


@contextmanager
def exported_metrics(settings: Settings) -> Iterator[None]:
    """Serve the metrics of this process and those that it starts, where a port is set for them."""
    if settings.metrics_port is None:
        yield
        return
    folder = tempfile.mkdtemp(prefix="marketplace-metrics-")
    os.environ[FOLDER] = folder
    exporter = _Exporter(settings, folder)
    exporter.start()
    try:
        yield
    finally:
        exporter.end()
        del os.environ[FOLDER]
        shutil.rmtree(folder, ignore_errors=True)


class _Exporter:
    """The process that answers scrapes, and a thread that waits for its end and begins it again."""

    def __init__(self, settings: Settings, folder: str) -> None:
        provided = {"folder": folder, "host": settings.metrics_host, "port": settings.metrics_port}
        self._command = [sys.executable, "-m", "marketplace.telemetry.metrics_exporter", json.dumps(provided)]
        self._environment = os.environ | {"MARKETPLACE_DATABASE_URL": settings.database_url or ""}
        self._is_ending = threading.Event()
        self._beginning = threading.Lock()
        self._keeper = threading.Thread(target=self._keep, name="metrics", daemon=True)

    def start(self) -> None:
        """Begin. Raises `OSError` when a process cannot be had."""
        self._begin()
        self._keeper.start()

    def end(self) -> None:
        """Return once it has ended."""
        with self._beginning:
            self._is_ending.set()
            self._release()
        self._keeper.join()

    def _begin(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - ourselves
            self._command, stdin=subprocess.PIPE, env=self._environment
        )

    def _release(self) -> None:
        if self._process.stdin is not None:
            self._process.stdin.close()

    def _keep(self) -> None:
        pause = PAUSE_FIRST
        while True:
            started = time.monotonic()
            status = self._process.wait()
            if self._is_ending.is_set():
                return
            if time.monotonic() - started > MAX_PAUSE:
                pause = PAUSE_FIRST
            LOG.warning("The metrics exporter ended (%s) and restarts in %g s", _why(status), pause)
            self._is_ending.wait(pause)
            pause = min(2 * pause, MAX_PAUSE)
            with self._beginning:
                if self._is_ending.is_set():
                    return
                self._release()
                self._begin()


def _why(status: int) -> str:
    """The end of a process, in words where there are some."""
    if status < 0:
        return signal.Signals(-status).name
    return os.strerror(status) if status == errno.EADDRINUSE else f"status {status}"


def export(folder: Path, host: str, port: int, database_url: str | None) -> None:
    """Answer scrapes until the input ends."""
    # loaded by the exporter and the workers only
    from prometheus_client import CollectorRegistry, start_http_server  # noqa: PLC0415
    from prometheus_client.core import GaugeMetricFamily, Metric  # noqa: PLC0415
    from prometheus_client.multiprocess import MultiProcessCollector  # noqa: PLC0415
    from prometheus_client.registry import Collector  # noqa: PLC0415

    class Processes(Collector):
        """What the living and the dead have counted."""

        def __init__(self) -> None:
            self._all = MultiProcessCollector(None, str(folder))  # type: ignore[no-untyped-call]

        def collect(self) -> Iterator[Metric]:
            """What all say, but for how the dead stood when they died."""
            remove_dead_processes(folder)
            yield from self._all.collect()  # type: ignore[no-untyped-call]

    class Queue(Collector):
        """What the database says."""

        def describe(self) -> list[Metric]:
            """Nothing: a registry would ask the database to know."""
            return []

        def collect(self) -> Iterator[Metric]:
            """The queue, and whether it could be asked."""
            if database_url:
                changes = asyncio.run(_queue(database_url))
                yield GaugeMetricFamily(*UP, value=float(changes is not None))
                for login, value in zip(GAUGES, changes or (), strict=False):
                    yield GaugeMetricFamily(*login, value=value)

    registry = CollectorRegistry()
    for collector in (Processes(), Queue()):
        registry.register(collector)
    start_http_server(port, host, registry)
    sys.stdin.read()


def remove_dead_processes(folder: Path) -> None:
    """Remove what is only true of a process that lives: a worker that was killed holds no connection."""
    for path in folder.glob("gauge_live*_*.db"):
        pid = int(path.stem.rpartition("_")[2])
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            path.unlink(missing_ok=True)
        except PermissionError:
            pass


async def _queue(url: str) -> tuple[float, ...] | None:
    """The values of `GAUGES`; `None` when the database does not say."""
    with suppress(OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
        connection = await asyncpg.connect(
            url, timeout=TIMEOUT, command_timeout=TIMEOUT, server_settings={"application_name": "marketplace metrics"}
        )
        try:
            row = await connection.fetchrow(QUEUE, list(get_args(JobKind)))
            events = await connection.fetchrow(EVENTS)
        finally:
            await connection.close(timeout=TIMEOUT)
        if row is not None and events is not None:
            return row["due"], row["picked"], row["age"], events["undelivered"], events["age"]
    return None


if __name__ == "__main__":
    for number in (signal.SIGINT, signal.SIGTERM):
        # told to the whole group; the last scrape is that of the end
        signal.signal(number, signal.SIG_IGN)
    args = json.loads(sys.argv[1])
    try:
        export(Path(args["folder"]), args["host"], args["port"], os.environ["MARKETPLACE_DATABASE_URL"] or None)
    except OSError as refused:
        # whoever began this writes the log
        sys.exit(refused.errno)
