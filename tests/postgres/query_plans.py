"""The statements that an adapter sends to PostgreSQL, and their plans."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg
from asyncpg.connection import LoggedQuery

from marketplace.adapters.postgres.connection.pool import Database, PoolLimits
from marketplace.adapters.postgres.storage import postgres_storage
from marketplace.core.domain.pages import Page
from marketplace.core.ports.storage import Storage

CUSTOM_PLANS = 6
"""Plans made before the one that is measured. After five executions PostgreSQL may switch to a generic plan, as it does
on a long-lived connection; `EXPLAIN` without `ANALYZE` counts as one."""
BIG_TABLES = frozenset(
    {"sessions", "bookings", "slots", "booking_steps", "open_times", "messages", "booking_messages", "notifications"}
    | {
        "waitlist_entries",
        "payments",
        "payment_operations",
        "parked_payments",
        "ledger_transactions",
        "ledger_entries",
        "ledger_balances",
    }
)
PAGE = 20
BEFORE_PAGE_1000 = 999 * PAGE

Ask = Callable[[int, str | None], Awaitable[Page[Any]]]


@dataclass(frozen=True, slots=True)
class Watched:
    """Storage over one connection, with all statements sent through it."""

    storage: Storage
    statements: list[LoggedQuery]

    async def sent_by(self, call: Awaitable[Any]) -> list[LoggedQuery]:
        """Return the statements that a call sends. The driver logs each in the next iteration of the loop."""
        await asyncio.sleep(0)
        self.statements.clear()
        await call
        await asyncio.sleep(0)
        return [*self.statements]


@dataclass(frozen=True, slots=True)
class Plan:
    """The executed plan of one statement."""

    statement: str
    root: dict[str, Any]
    milliseconds: float

    def scans_of_whole_tables(self) -> list[str]:
        """Return the big tables that were read by a sequential scan."""
        return [
            node["Relation Name"]
            for node in nodes(self.root)
            if node["Node Type"] == "Seq Scan" and node["Relation Name"] in BIG_TABLES
        ]

    def blocks(self) -> int:
        """Return the number of 8 KiB pages read, from memory or from disk."""
        return int(self.root["Shared Hit Blocks"]) + int(self.root["Shared Read Blocks"])

    def rows_read(self) -> int:
        """Return the number of rows fetched from the big tables, including discarded ones."""
        dropped = ("Rows Removed by Filter", "Rows Removed by Index Recheck")
        return sum(
            round((node["Actual Rows"] + sum(node.get(name, 0) for name in dropped)) * node["Actual Loops"])
            for node in nodes(self.root)
            if node.get("Relation Name") in BIG_TABLES
        )


def nodes(root: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield a plan's node and its descendants."""
    yield root
    for child in root.get("Plans", ()):
        yield from nodes(child)


@asynccontextmanager
async def watched(dsn: str) -> AsyncIterator[Watched]:
    """Open storage over a pool of one connection that records its statements."""
    statements: list[LoggedQuery] = []

    async def listen(connection: Any) -> None:
        await connection.fetch("SELECT $1::uuid[]", [])  # the driver looks up the array type once per connection
        connection.add_query_logger(statements.append)

    async def leave_alone(_: Any) -> None:
        """Send nothing when a connection is returned, as in the program."""

    pool = await asyncpg.create_pool(
        dsn, min_size=1, max_size=1, init=listen, reset=leave_alone, server_settings={"jit": "off"}
    )
    database = Database(pool, PoolLimits(), dsn)
    try:
        yield Watched(postgres_storage(database), statements)
    finally:
        await database.close()


async def plans(dsn: str, sent: Sequence[LoggedQuery]) -> list[Plan]:
    """Return the plan of each statement on a warm connection."""
    connection = await asyncpg.connect(dsn, server_settings={"jit": "off", "timezone": "UTC"})
    try:
        return [await _plan(connection, query) for query in sent]
    finally:
        await connection.close()


async def _plan(connection: Any, sent: LoggedQuery) -> Plan:
    values = ", ".join(_literal(value) for value in sent.args)
    run = f"EXECUTE watched{f'({values})' if values else ''}"
    await connection.execute(f"PREPARE watched AS {sent.query}")
    try:
        for _ in range(CUSTOM_PLANS):
            await connection.execute(f"EXPLAIN {run}")
        for _ in ("first, which fills the caches", "then measured"):
            explained = json.loads(
                await connection.fetchval(f"EXPLAIN (ANALYZE, TIMING OFF, BUFFERS, FORMAT JSON) {run}")
            )[0]
    finally:
        await connection.execute("DEALLOCATE watched")
    return Plan(sent.query, explained["Plan"], explained["Execution Time"] + explained["Planning Time"])


def _literal(value: object) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, bytes):
        return f"'\\x{value.hex()}'"
    # the text form of an array takes the type of the parameter
    text = f"{{{', '.join(map(_element, value))}}}" if isinstance(value, list) else str(value)
    published = text.replace("'", "''")
    return f"'{published}'"


def _element(value: object) -> str:
    return "NULL" if value is None else json.dumps(str(value))


async def carried_out(loaded: str, program: Watched, call: Awaitable[Any]) -> list[Plan]:
    """Return the plans of the statements that a call sends."""
    return await plans(loaded, await program.sent_by(call))


async def pages(loaded: str, program: Watched, ask: Ask) -> list[Plan]:
    """Return the plans of the first page and, if the list is long enough, of page 1,000."""
    found = await carried_out(loaded, program, ask(PAGE, None))
    start = (await ask(BEFORE_PAGE_1000, None)).next
    return found if start is None else found + await carried_out(loaded, program, ask(PAGE, start))


def costly(found: list[Plan], *, blocks: int, rows: int) -> list[str]:
    """Describe the plans that read too much."""
    return [
        f"{plan.blocks()} blocks, {plan.rows_read()} rows, whole {plan.scans_of_whole_tables()}: {plan.statement}"
        for plan in found
        if plan.scans_of_whole_tables() or plan.blocks() > blocks or plan.rows_read() > rows
    ]


async def sent(program: Watched, call: Awaitable[Any]) -> list[str]:
    """Return the first words of every statement that a call sends."""
    return [" ".join(statement.query.split()[:2]) for statement in await program.sent_by(call)]
