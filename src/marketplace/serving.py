"""Serving HTTP with granian."""

import asyncio
import socket

from granian import Granian
from granian.constants import Interfaces, Loops

from marketplace.adapters.postgres.migrate import migrate_now
from marketplace.container import make_container
from marketplace.core.ports.security import Passwords
from marketplace.core.ports.storage import Storage
from marketplace.core.ports.system import Clock, Ids
from marketplace.demo.seed import DemoReport, seed_demo
from marketplace.logs import GRANIAN
from marketplace.settings import PREFIX, Settings, SettingsError

GRACE = 10
"""Seconds that requests in flight have to finish."""


def check_port(settings: Settings) -> None:
    """Raise `SettingsError` when somebody else listens where we shall."""
    try:
        family, *_, address = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise SettingsError(
            f"{PREFIX}PORT is '{settings.port}', but must be one that can be listened on at {settings.host}:"
            f" {error.strerror}. Stop the other program or choose another port."
        ) from error


def migrate_settings(settings: Settings) -> None:
    """Bring the database of these settings to this program's schema."""
    if settings.database_url is not None:
        migrate_now(settings.database_url)


def seed(settings: Settings) -> DemoReport:
    """Fill the database of these settings with the demo. Raises `RealDataPresent`, `SettingsError` in production."""
    if settings.storage == "memory":
        raise SettingsError(
            f"{PREFIX}STORAGE is 'memory', but must be postgres for demo data: each process has a memory of its own."
        )
    if settings.environment == "production":
        raise SettingsError(
            f"{PREFIX}ENVIRONMENT is 'production', but must be development for demo data: its password is public."
        )

    async def run() -> DemoReport:
        container = make_container(settings)
        try:
            clock = await container.get(Clock)
            return await seed_demo(
                await container.get(Storage),
                await container.get(Passwords),
                await container.get(Ids),
                settings.categories,
                clock.now(),
            )
        finally:
            await container.close()

    return asyncio.run(run())


def serve(settings: Settings) -> None:
    """Serve until told to stop."""
    Granian(
        "marketplace.asgi:app",
        factory=True,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        loop=Loops.uvloop,
        workers=settings.workers,
        websockets=False,
        respawn_failed_workers=True,
        workers_kill_timeout=GRACE,
        log_dictconfig=GRANIAN,
    ).serve()
