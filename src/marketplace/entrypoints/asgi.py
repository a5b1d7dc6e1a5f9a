"""What granian loads in every worker: the application over the settings of the environment."""

import os
import signal
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from granian.utils.proxies import wrap_asgi_with_proxy_headers
from litestar.types import ASGIApp

from marketplace.bootstrap.container import make_container
from marketplace.entrypoints.worker import InProcessWorker, PoolSampler, meter_of
from marketplace.http.app import make_app
from marketplace.settings import DRAINING, SettingsError, read_settings
from marketplace.telemetry.logs import configure_logs, request_logger

if TYPE_CHECKING:
    from marketplace.telemetry.traces import Traces

TRACES_TO = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
"""OpenTelemetry's own variables."""
ORPHAN_CHECK = 0.5
"""Seconds."""


def app() -> ASGIApp:
    """The application of one worker process, which ends when the process that started it is gone."""
    settings = read_settings(os.environ)
    configure_logs(settings)
    threading.Thread(target=_end_with, args=(os.getppid(),), name="orphan-check", daemon=True).start()
    container = make_container(settings)
    observers = [request_logger(settings)]
    traces = _traces()
    if traces is not None:
        # first, since the log says which trace a request is part of
        observers.insert(0, traces.trace)
    meter = meter_of(settings)
    if meter is not None:
        observers.append(meter.observe)
    application = make_app(settings, container, observers)
    if traces is not None:
        application.on_shutdown.append(traces.end)
    if DRAINING in os.environ:
        application.state["leaving"] = Path(os.environ[DRAINING])
    if meter is not None and settings.storage == "postgres":
        look = PoolSampler(meter, container)
        application.on_startup.append(look.start)
        application.on_shutdown.insert(0, look.end)
    if settings.runs_worker:
        in_process = InProcessWorker(settings, container, meter)
        application.on_startup.append(in_process.start)
        # before the container is closed
        application.on_shutdown.insert(0, in_process.end)
    if not settings.trusted_proxies:
        return application
    trusting: ASGIApp = wrap_asgi_with_proxy_headers(application, list(settings.trusted_proxies))
    return trusting


def _traces() -> "Traces | None":
    """The spans of this process, where an endpoint takes them. Raises `SettingsError` without the extra."""
    if not any(os.environ.get(name) for name in TRACES_TO):
        return None
    try:
        # a second to load, which only those spend who asked for it
        from marketplace.telemetry.traces import Traces  # noqa: PLC0415
    except ImportError as error:
        raise SettingsError(f"{TRACES_TO[0]} is set, but the extra is not installed: marketplace[traces].") from error
    return Traces()


def _end_with(parent: int) -> None:
    # after kill -9 of the main process, workers would go on serving the port that a restart needs
    while os.getppid() == parent:
        time.sleep(ORPHAN_CHECK)
    os.kill(os.getpid(), signal.SIGTERM)
