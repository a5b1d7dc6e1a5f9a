"""Serves HTTP with granian, and the steps before it: port checks, migrations, demo data."""

import asyncio
import logging
import os
import signal
import socket
import tempfile
import threading
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import asyncpg
from granian.constants import HTTPModes, Interfaces, Loops
from granian.server.mp import MPServer

from marketplace.adapters.postgres.connection.wait_for_database import wait_for_database
from marketplace.adapters.postgres.schema.roles import ROLE_OF_ITS_OWN, find_excess
from marketplace.adapters.postgres.stored_amounts import find_unfit_amount
from marketplace.adapters.security.breached_passwords import BreachedPasswords
from marketplace.adapters.site_texts.files import read_site_texts
from marketplace.bootstrap.container import make_container
from marketplace.bootstrap.inputs import Adapters, ServiceOptions
from marketplace.bootstrap.service_set import Services
from marketplace.bootstrap.services import build_services
from marketplace.core.domain.money import Currency
from marketplace.core.ports.security import Passwords
from marketplace.core.ports.storage import Storage
from marketplace.core.ports.system import Clock
from marketplace.demo.seed import DemoReport, seed_demo
from marketplace.entrypoints.connections import BACKLOG, HEADS, max_connections, raise_file_limit
from marketplace.entrypoints.heavy_process import heavy_process
from marketplace.entrypoints.migration_process import migrate_apart
from marketplace.http.static.frontend import has_pages
from marketplace.settings import DRAINING, PREFIX, Settings, SettingsError
from marketplace.telemetry.logs import GRANIAN_LOGGING

LOG = logging.getLogger(__name__)


class _DrainingServer(MPServer):
    """granian with a delayed shutdown: after SIGTERM it reports not ready but keeps serving for `delay`.

    Load balancers need the delay to notice. A second signal stops it at once.
    """

    def __init__(self, *args: Any, draining: Path, delay: timedelta, **options: Any) -> None:
        super().__init__(*args, **options)
        self._draining = draining
        self._delay = delay.total_seconds()

    def signal_handler_interrupt(self, *args: Any, **_: Any) -> None:
        """Handle SIGTERM and SIGINT. Overrides granian's handler."""
        is_first = not self._draining.exists()
        self._draining.touch()
        if is_first and self._delay and args and args[0] == signal.SIGTERM:
            LOG.info("No longer ready; shutting down in %g s", self._delay)
            timer = threading.Timer(self._delay, super().signal_handler_interrupt)
            timer.daemon = True
            timer.start()
        else:
            super().signal_handler_interrupt()  # type: ignore[no-untyped-call]


def check_ports(settings: Settings) -> None:
    """Raise `SettingsError` if the HTTP port or the metrics port is in use."""
    check_port("PORT", settings.host, settings.port)
    check_metrics_port(settings)


def check_metrics_port(settings: Settings) -> None:
    """Raise `SettingsError` if the metrics port is set and in use."""
    if settings.metrics_port is not None:
        check_port("METRICS_PORT", settings.metrics_host, settings.metrics_port)


def check_port(name: str, host: str, port: int) -> None:
    """Raise `SettingsError`, naming the setting, if the port is in use."""
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise SettingsError(
            f"{PREFIX}{name} is '{port}', but must be a port that is free on {host}:"
            f" {error.strerror}. Stop the other program or choose another port."
        ) from error


def warn_without_pages(settings: Settings) -> None:
    """Log a warning if the web application is not where the settings say."""
    if not has_pages(settings.frontend_dir):
        LOG.warning(
            "No web application in %s, so only the API is served. Run `make install`, or set %sFRONTEND_DIR.",
            settings.frontend_dir,
            PREFIX,
        )


def check_texts(settings: Settings) -> None:
    """Raise `SettingsError` if the operator's texts can't be read; warn of missing legal ones in production."""
    unwritten = read_site_texts(settings.texts_dir).unwritten()
    if unwritten and settings.environment == "production":
        LOG.warning(
            "Placeholders are shown for these texts: %s. Set %sTEXTS_DIR to a folder that has them.",
            ", ".join(unwritten),
            PREFIX,
        )


def check_breached_passwords(settings: Settings) -> None:
    """Raise `SettingsError` if there is a file of breached passwords and it can't be used."""
    if settings.breached_passwords is not None:
        BreachedPasswords(settings.breached_passwords).close()


def migrate_configured_database(settings: Settings) -> None:
    """Wait for the database, then migrate it to the current schema."""
    wait_for_configured_database(settings)
    if (owner := owner_url(settings)) is not None:
        migrate_apart(owner, program_url(settings))


def owner_url(settings: Settings) -> str | None:
    """Return the address that migrations use: the program's, unless they have one of their own."""
    return settings.migration_database_url or settings.database_url


def program_url(settings: Settings) -> str | None:
    """Return the address whose user migrations let in, if they have an address of their own."""
    return settings.database_url if settings.migration_database_url else None


def wait_for_configured_database(settings: Settings) -> None:
    """Wait until the database is reachable. Raises the driver's error after `database_wait`.

    The owner of the tables waits, if its address is known: the first migration creates the program's role.
    """
    if (owner := owner_url(settings)) is not None:
        asyncio.run(wait_for_database(owner, settings.database_wait))


def check_database(settings: Settings) -> None:
    """Raise `SettingsError` if stored prices or amounts have more decimal places than the currency.

    In production, log a warning if the program could change its audit log.
    """
    if settings.database_url is not None:
        asyncio.run(_check_database(settings, settings.database_url))


async def _check_database(settings: Settings, url: str) -> None:
    currency = Currency.of(settings.currency)
    connection = await asyncpg.connect(url)
    try:
        unfitting = await find_unfit_amount(connection, currency.digits)
        excess = await find_excess(connection) if settings.environment == "production" else None
    finally:
        await connection.close()
    if unfitting is not None:
        raise SettingsError(unfit(currency, unfitting))
    if excess is not None:
        LOG.warning("The program connects to its database as %s. %s", excess, ROLE_OF_ITS_OWN)


def unfit(currency: Currency, amount: Decimal) -> str:
    """Say that a stored amount does not fit the currency."""
    return (
        f"{PREFIX}CURRENCY is '{currency.code}', whose amounts have {currency.digits} decimal places (ISO 4217), but"
        f" {amount} is stored. Set the currency of the stored prices, or correct them first."
    )


def seed(settings: Settings) -> DemoReport:
    """Create the demo data. Raises `RealDataPresent`, and `SettingsError` in production or with memory storage."""
    if settings.storage == "memory":
        raise SettingsError(
            f"{PREFIX}STORAGE is 'memory', but must be 'postgres' for demo data: memory isn't shared by processes."
        )
    if settings.environment == "production":
        raise SettingsError(
            f"{PREFIX}ENVIRONMENT is 'production', but must be 'development' for demo data: its passwords are public."
        )

    # Imported here: workers are forked from this process, and would keep Pillow.
    from marketplace.demo.drawings.encoder import DrawingEncoder  # noqa: PLC0415

    async def run() -> DemoReport:
        container = make_container(settings)
        try:
            storage, adapters = await container.get(Storage), await container.get(Adapters)
            # a planned booking is complete by itself, as one that is paid to its creator
            options = replace(await container.get(ServiceOptions), payments=None)

            def services_at(clock: Clock, passwords: Passwords) -> Services:
                return build_services(
                    storage, replace(adapters, clock=clock, passwords=passwords, encoder=DrawingEncoder()), options
                )

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
    """Serve until SIGTERM or SIGINT."""
    with tempfile.TemporaryDirectory(prefix="marketplace-") as folder:
        draining = Path(folder) / "leaving"
        os.environ[DRAINING] = str(draining)
        raise_file_limit(settings)
        with heavy_process(settings, Path(folder)):
            _make_server(settings, draining).serve()


def _make_server(settings: Settings, draining: Path) -> _DrainingServer:
    return _DrainingServer(
        "marketplace.entrypoints.asgi:app",
        factory=True,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        loop=Loops.uvloop,
        workers=settings.workers,
        # one HTTP/2 connection is many requests, which no limit counts; proxies speak it to clients
        http=HTTPModes.http1,
        http1_settings=HEADS,
        websockets=False,
        backlog=BACKLOG,
        backpressure=max_connections(settings),
        respawn_failed_workers=True,
        workers_kill_timeout=int(settings.shutdown_timeout.total_seconds()),
        log_dictconfig=GRANIAN_LOGGING,
        draining=draining,
        delay=settings.drains_for,
    )
