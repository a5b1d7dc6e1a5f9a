"""Serving HTTP with granian."""

import asyncio
import logging
import os
import signal
import socket
import tempfile
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from granian.constants import Interfaces, Loops
from granian.server.mp import MPServer

from marketplace.adapters.postgres.connection.wait_for_database import wait_for_database
from marketplace.adapters.postgres.schema.migrate import migrate_now
from marketplace.bootstrap.container import make_container
from marketplace.bootstrap.services import Adapters, ServiceOptions, Services, build_services
from marketplace.core.ports.security import Passwords
from marketplace.core.ports.storage import Storage
from marketplace.core.ports.system import Clock
from marketplace.demo.seed import DemoReport, seed_demo
from marketplace.settings import DRAINING, PREFIX, Settings, SettingsError
from marketplace.telemetry.logs import GRANIAN_LOGGING

LOG = logging.getLogger(__name__)


class _Draining(MPServer):
    """granian, which goes on answering for a while after SIGTERM, and says so to whoever asks whether it is ready.

    Whatever sends requests here needs that while to notice. A second signal ends it at once.
    """

    def __init__(self, *words: Any, draining: Path, delay: timedelta, **options: Any) -> None:
        super().__init__(*words, **options)
        self._leaving = draining
        self._delay = delay.total_seconds()

    def signal_handler_interrupt(self, *args: Any, **_: Any) -> None:
        """Of SIGTERM and SIGINT."""
        is_first = not self._leaving.exists()
        self._leaving.touch()
        if is_first and self._delay and args and args[0] == signal.SIGTERM:
            LOG.info("No longer ready; shutting down in %g s", self._delay)
            timer = threading.Timer(self._delay, super().signal_handler_interrupt)
            timer.daemon = True
            timer.start()
        else:
            super().signal_handler_interrupt()  # type: ignore[no-untyped-call]


def check_ports(settings: Settings) -> None:
    """Raise `SettingsError` when somebody else listens where we shall."""
    check_port("PORT", settings.host, settings.port)
    check_metrics_port(settings)


def check_metrics_port(settings: Settings) -> None:
    """As `check_ports`, for a program that answers nothing else."""
    if settings.metrics_port is not None:
        check_port("METRICS_PORT", settings.metrics_host, settings.metrics_port)


def check_port(name: str, host: str, port: int) -> None:
    """Raise `SettingsError`, by the setting's name, when somebody else listens there."""
    try:
        login, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(login, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise SettingsError(
            f"{PREFIX}{name} is '{port}', but must be a port that is free on {host}:"
            f" {error.strerror}. Stop the other program or choose another port."
        ) from error


def migrate_settings(settings: Settings) -> None:
    """Bring the database of these settings to this program's schema, once it is there."""
    await_database(settings)
    if settings.database_url is not None:
        migrate_now(settings.database_url)


def await_database(settings: Settings) -> None:
    """Return once the database of these settings can be reached. Raises the driver's error when it cannot in time."""
    if settings.database_url is not None:
        asyncio.run(wait_for_database(settings.database_url, settings.database_wait))


def seed(settings: Settings) -> DemoReport:
    """Fill the database of these settings with the demo. Raises `RealDataPresent`, `SettingsError` in production."""
    if settings.storage == "memory":
        raise SettingsError(
            f"{PREFIX}STORAGE is 'memory', but must be 'postgres' for demo data: memory isn't shared by processes."
        )
    if settings.environment == "production":
        raise SettingsError(
            f"{PREFIX}ENVIRONMENT is 'production', but must be 'development' for demo data: its passwords are public."
        )

    async def run() -> DemoReport:
        container = make_container(settings)
        try:
            storage, adapters = await container.get(Storage), await container.get(Adapters)
            options = await container.get(ServiceOptions)

            def services_at(clock: Clock, passwords: Passwords) -> Services:
                return build_services(storage, replace(adapters, clock=clock, passwords=passwords), options)

            return await seed_demo(
                storage,
                adapters.passwords,
                adapters.ids,
                services_at,
                categories=settings.categories,
                now=adapters.clock.now(),
            )
        finally:
            await container.close()

    return asyncio.run(run())


def serve(settings: Settings) -> None:
    """Serve until told to stop."""
    with tempfile.TemporaryDirectory(prefix="marketplace-") as folder:
        draining = Path(folder) / "leaving"
        os.environ[DRAINING] = str(draining)
        _server(settings, draining).serve()


def _server(settings: Settings, draining: Path) -> _Draining:
    return _Draining(
        "marketplace.entrypoints.asgi:app",
        factory=True,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        loop=Loops.uvloop,
        workers=settings.workers,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=int(settings.shutdown_timeout.total_seconds()),
        log_dictconfig=GRANIAN_LOGGING,
        draining=draining,
        delay=settings.drains_for,
    )
