"""The least code that answers the same reads: an ASGI application over asyncpg's pool, without authentication.

`/plain/…` reads a table that holds only the answers: no joins, no rules, no search. `/same/…` runs the statements that
the marketplace runs for the same request, recorded when this program starts. Both answer with the rows as JSON.
"""

import os
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Any, cast
from uuid import UUID

import asyncpg
import msgspec

from marketplace.adapters.postgres.connection.pool import Database, Rows, connect
from marketplace.adapters.postgres.storage import postgres_storage
from marketplace.core.domain.catalog import CatalogFilters

DATABASE = "BENCH_DATABASE_URL"
SESSION = "BENCH_SESSION"
PERSON = "BENCH_PERSON"
SCHEDULED = CatalogFilters(category="music")
POOL_SIZE = 10
PAGE = 20
PLAIN_SESSION = "SELECT * FROM bare_sessions WHERE id = $1"
PLAIN_PAGE = "SELECT * FROM bare_page"

Scope = Mapping[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]
Statement = tuple[str, tuple[object, ...]]

ENCODER = msgspec.json.Encoder(enc_hook=tuple)
"""Rows within rows become arrays."""


class StatementRecorder:
    """Stands for the `Database` of the adapters, and keeps the statements that they read with."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.dsn, self.limits = database.dsn, database.limits
        self.statements: list[Statement] = []

    async def fetch(self, statement: str, *arguments: object) -> Rows:
        self.statements.append((statement, arguments))
        return await self._database.fetch(statement, *arguments)

    async def fetchrow(self, statement: str, *arguments: object) -> asyncpg.Record | None:
        self.statements.append((statement, arguments))
        return await self._database.fetchrow(statement, *arguments)


async def recorded(dsn: str) -> dict[str, list[Statement]]:
    """Return the statements of each route, as the marketplace runs them once its caches are warm."""
    database = await connect(dsn)
    try:
        session, person, now = UUID(os.environ[SESSION]), UUID(os.environ[PERSON]), datetime.now(UTC)
        recorder = StatementRecorder(database)
        storage = postgres_storage(cast("Database", recorder))
        questions: dict[str, Callable[[], Awaitable[object]]] = {
            "session": lambda: storage.catalog.find(session, now),
            "page": lambda: storage.catalog.list(CatalogFilters(), PAGE, None, now),
            "scheduled": lambda: storage.catalog.list(SCHEDULED, PAGE, None, now),
            "profile": lambda: storage.users.get(person),
            "bookings": lambda: storage.booking_lists.of_user(person, PAGE, None),
        }
        found = {}
        for route, ask in questions.items():
            for _ in range(2):
                recorder.statements = []
                await ask()
            found[route] = recorder.statements
        return found
    finally:
        await database.close()


class BareReads:
    """The application."""

    def __init__(self) -> None:
        self._pool: asyncpg.Pool | None = None
        self._statements: dict[str, list[Statement]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        _, kind, route, *rest = scope["path"].split("/")
        if kind == "health":
            rows: object = {"status": "ok"}
        elif kind == "plain":
            rows = await self._plain(UUID(rest[0])) if rest else await self._read(PLAIN_PAGE)
        else:
            rows = await self._same(route, rest)
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"application/json")]})
        await send({"type": "http.response.body", "body": ENCODER.encode(rows)})

    async def _plain(self, session: UUID) -> list[dict[str, Any]]:
        return await self._read(PLAIN_SESSION, session)

    async def _same(self, route: str, rest: list[str]) -> list[list[dict[str, Any]]]:
        answers = []
        for statement, arguments in self._statements[route]:
            one: object = [UUID(rest[0])] if rest and isinstance(arguments[0], list) else rest and UUID(rest[0])
            asked = (one, *arguments[1:]) if rest else arguments
            answers.append(await self._read(statement, *asked))
        return answers

    async def _read(self, statement: str, *arguments: object) -> list[dict[str, Any]]:
        assert self._pool is not None
        return [dict(row) for row in await self._pool.fetch(statement, *arguments)]

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        dsn = os.environ[DATABASE]
        self._statements = await recorded(dsn)
        self._pool = await asyncpg.create_pool(
            dsn, min_size=POOL_SIZE, max_size=POOL_SIZE, reset=leave_as_it_is, server_settings={"jit": "off"}
        )
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})


async def leave_as_it_is(_: object) -> None:
    """Spare the round trip of asyncpg's reset."""


app = BareReads()
