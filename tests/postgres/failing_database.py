"""Ways for a database to fail under load, and checks of the answers of its clients."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager
from pathlib import Path
from uuid import UUID

import asyncpg

from postgres.booking_load import WARM, Load, under_load
from postgres.faulty_wire import wire_to
from postgres.http_clients import Books, answers, booked, statuses
from postgres.own_postgres import Postgres
from postgres.servers import Server, becomes_true, servers
from postgres.standby import standby_of

LIMITS = {"command_timeout": 2, "statement_timeout": 2, "pool_acquire_timeout": 1}
BACK_WITHIN = 15.0
"""Seconds."""
EXPECTED = {"201", "503 busy", "503 outcome_unknown"}
OF_THE_PROGRAM = "FROM pg_stat_activity WHERE application_name LIKE 'marketplace%'"


class CheckedLoad:
    """The answers to the clients of a load, and what is stored."""

    def __init__(self, load: Load, books: Books, stored: int) -> None:
        self.load, self.books, self._stored = load, books, stored
        self.before_the_loss: list[UUID] = []
        self.rate = self.back = 0.0
        """Bookings a second before a loss, and seconds from the new primary to the first booking on it."""

    async def refused(self) -> None:
        assert await becomes_true(lambda: 503 in statuses(self.load.answers), 60)

    async def return_within(self, seconds: float) -> None:
        """Wait until bookings are made again, without a restart of the program."""
        back_at = time.monotonic()
        await self.load.created(1)
        self.back = time.monotonic() - back_at
        assert self.back < seconds
        await self.load.created(WARM)

    async def check(self) -> None:
        """Check that what was acknowledged is stored: no less, and no more than is unknown."""
        counted = answers(self.load.answers)
        assert set(counted) <= EXPECTED
        assert await self.books.missing(booked(self.load.answers)) == []
        [stored] = await self.books.ask("SELECT count(*) FROM bookings")
        more = stored - self._stored - counted["201"]
        assert 0 <= more <= counted["503 outcome_unknown"] + self.load.unanswered, counted
        assert await self.books.discrepancies() == []
        assert all(int(each.headers["Retry-After"]) >= 1 for each in self.load.answers if each.is_error)


@asynccontextmanager
async def checked_load(server: Server, dsn: str) -> AsyncIterator[CheckedLoad]:
    books = Books(dsn)
    [stored] = await books.ask("SELECT count(*) FROM bookings")
    async with under_load(server, dsn) as load:
        yield CheckedLoad(load, books, stored)


@asynccontextmanager
async def read_only(dsn: str) -> AsyncIterator[None]:
    """Let no transaction write."""
    connection = await asyncpg.connect(dsn, server_settings={"default_transaction_read_only": "off"})
    await connection.execute("ALTER SYSTEM SET default_transaction_read_only = on")
    await connection.execute("SELECT pg_reload_conf()")
    try:
        yield
    finally:
        await connection.execute("ALTER SYSTEM RESET default_transaction_read_only")
        await connection.execute("SELECT pg_reload_conf()")
        await connection.close()


@asynccontextmanager
async def no_connections_left(dsn: str) -> AsyncIterator[None]:
    """Take all connections of the server, those of the program too."""
    held = [await asyncpg.connect(dsn)]
    try:
        while True:
            try:
                held.append(await asyncpg.connect(dsn))
            except asyncpg.TooManyConnectionsError:
                if not await held[0].fetchval(f"SELECT count(*) {OF_THE_PROGRAM}"):
                    break
                await held[0].execute(f"SELECT pg_terminate_backend(pid) {OF_THE_PROGRAM}")
        yield
    finally:
        await asyncio.gather(*(each.close() for each in held))


@asynccontextmanager
async def lost_primary(folder: Path, migrated: Path, *, is_synchronous: bool) -> AsyncIterator[CheckedLoad]:
    """Lose a primary under load, promote its standby, and go on there without a restart of the program."""
    async with AsyncExitStack() as stack:
        own = stack.enter_context(ExitStack())
        primary = Postgres(folder / "a", own, migrated)
        standby = own.enter_context(standby_of(primary.dsn, folder / "b"))
        if is_synchronous:
            connection = await asyncpg.connect(primary.dsn)
            await connection.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
            await connection.execute("SELECT pg_reload_conf()")
            await connection.close()
        wire = await stack.enter_async_context(wire_to(primary.dsn))
        [server] = await stack.enter_async_context(servers(1, wire.dsn, folder, pool_max_size=4, **LIMITS))
        async with checked_load(server, primary.dsn) as checked:
            began, made = time.monotonic(), len(booked(checked.load.answers))
            await checked.load.created(4 * WARM)
            checked.rate = (len(booked(checked.load.answers)) - made) / (time.monotonic() - began)
            primary.lose()
            checked.books = Books(standby)
            await checked.books.ask("SELECT pg_promote(true, 60)")
            checked.before_the_loss = booked(checked.load.answers)
            wire.server = standby
            await checked.return_within(BACK_WITHIN)
        assert server.failures() == []
        yield checked


class Volume:
    """A small file system of its own, which needs the right to mount one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ballast = folder / "ballast"

    def fill(self) -> None:
        with self._ballast.open("ab", buffering=0) as file:
            for size in (1 << 20, 1 << 12):
                try:
                    while True:
                        file.write(bytes(size))
                except OSError:
                    continue

    def empty(self) -> None:
        self._ballast.unlink()
