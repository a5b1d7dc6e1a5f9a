"""ASGI application factory that granian calls in each worker process."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from dishka import AsyncContainer
from granian.utils.proxies import wrap_asgi_with_proxy_headers
from litestar import Litestar
from litestar.types import ASGIApp

from marketplace.bootstrap.container import make_container
from marketplace.core.ports.storage import Storage
from marketplace.entrypoints.parent import watch_parent
from marketplace.entrypoints.worker import InProcessWorker, PoolSampler, make_meter
from marketplace.http.api.system import require_ready
from marketplace.http.app import make_app
from marketplace.http.heavy_process import HEAVY_SOCKET
from marketplace.settings import DRAINING, SettingsError, read_settings
from marketplace.telemetry.gathered_lines import GatheredLines
from marketplace.telemetry.heartbeats import Heartbeat
from marketplace.telemetry.logs import configure_logs, request_logger
from marketplace.telemetry.metrics_exporter import MULTIPROC_DIR

if TYPE_CHECKING:
    from marketplace.telemetry.traces import Traces

TRACE_ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
"""Standard OpenTelemetry variables that turn tracing on."""


def app() -> ASGIApp:
    """Build the application of one worker process, and terminate the process when its parent is gone."""
    settings = read_settings(os.environ)
    configure_logs(settings)
    # After kill -9 of the main process, its workers would otherwise keep the port that a restart needs.
    watch_parent(settings.shutdown_timeout.total_seconds())
    container = make_container(settings)
    lines = GatheredLines(sys.stderr)
    observers = [request_logger(settings, lines)]
    traces = _make_traces()
    if traces is not None:
        # First, since it sets the trace id that the log line contains.
        observers.insert(0, traces.trace)
    meter = make_meter(settings)
    if meter is not None:
        observers.append(meter.observe)
    application = make_app(settings, container, observers)
    application.on_shutdown.append(lines.end)
    if traces is not None:
        application.on_shutdown.append(traces.end)
    if DRAINING in os.environ:
        application.state["leaving"] = Path(os.environ[DRAINING])
    if meter is not None and settings.storage == "postgres":
        sampler = PoolSampler(meter, container, serves=True)
        application.on_startup.append(sampler.start)
        application.on_shutdown.insert(0, sampler.end)
    if HEAVY_SOCKET in os.environ:
        application.state["heavy_socket"] = os.environ[HEAVY_SOCKET]
    if MULTIPROC_DIR in os.environ:
        heartbeat = _make_heartbeat(application, container)
        application.on_startup.append(heartbeat.start)
        application.on_shutdown.insert(0, heartbeat.end)
    if settings.runs_worker:
        in_process = InProcessWorker(settings, container, meter)
        application.on_startup.append(in_process.start)
        # First, before the container is closed.
        application.on_shutdown.insert(0, in_process.end)
    if not settings.trusted_proxies:
        return application
    behind_proxy: ASGIApp = wrap_asgi_with_proxy_headers(application, list(settings.trusted_proxies))
    return behind_proxy


def _make_heartbeat(application: Litestar, container: AsyncContainer) -> Heartbeat:
    async def check() -> None:
        await require_ready(await container.get(Storage), application.state)

    return Heartbeat(Path(os.environ[MULTIPROC_DIR]), check)


def _make_traces() -> "Traces | None":
    """Return the tracer if an endpoint is configured. Raises `SettingsError` if the extra is not installed."""
    if not any(os.environ.get(name) for name in TRACE_ENDPOINTS):
        return None
    try:
        # Imported here: it takes a second to load.
        from marketplace.telemetry.traces import Traces  # noqa: PLC0415
    except ImportError as error:
        raise SettingsError(
            f"{TRACE_ENDPOINTS[0]} is set, but the extra is not installed: marketplace[traces]."
        ) from error
    return Traces()
