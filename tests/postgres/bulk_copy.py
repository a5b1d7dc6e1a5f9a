"""Many rows by COPY: one connection makes them, another stores them, and indexes are built when all are there."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg

SETTINGS = {
    "session_replication_role": "replica",  # foreign keys are not checked row by row
    "synchronous_commit": "off",
    "jit": "off",
    "maintenance_work_mem": "1GB",
    "max_parallel_maintenance_workers": "2",
}
INDEXES = """
    SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition FROM pg_index
    WHERE indrelid = ANY ($1::text[]::regclass[])
        AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
"""
CONSTRAINTS = """
    SELECT conrelid::regclass::text AS table_name, quote_ident(conname) AS name, pg_get_constraintdef(oid) AS definition
    FROM pg_constraint
    WHERE conrelid = ANY ($1::text[]::regclass[]) AND contype IN ('p', 'u', 'x', 'f')
        OR confrelid = ANY ($1::text[]::regclass[])
    ORDER BY contype = 'f'
"""
"""Keys, and foreign keys of and to the tables, in the order in which they can be built."""
TYPES = """
    SELECT attname AS name, format_type(atttypid, atttypmod) AS type FROM pg_attribute
    WHERE attrelid = $1::text::regclass AND attnum > 0
"""
CHUNKS = 64
"""Maximum chunks between the connections, each of about 64 KB."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows of a table that a query makes."""

    table: str
    columns: str
    """As in INSERT."""
    query: str
    """Casts its arguments: COPY has none, so asyncpg writes them into the query as quoted text."""


async def copy_rows(dsn: str, rows: Rows, *arguments: object) -> None:
    """Make the rows on one connection while another stores them."""
    chunks = asyncio.Queue[bytes](CHUNKS)
    source, target = [await asyncpg.connect(dsn, server_settings=SETTINGS) for _ in range(2)]
    types = {row["name"]: row["type"] for row in await target.fetch(TYPES, rows.table)}
    columns = [name.strip() for name in rows.columns.split(",")]
    typed = ", ".join(f"{name}::{types[name]}" for name in columns)  # binary COPY converts nothing

    async def make() -> None:
        query = f"SELECT {typed} FROM ({rows.query}) AS made ({rows.columns})"  # noqa: S608 - constant text
        await source.copy_from_query(query, *arguments, output=chunks.put, format="binary")
        await chunks.put(b"")

    async def made() -> AsyncIterator[bytes]:
        while chunk := await chunks.get():
            yield chunk

    try:
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(make())
            tasks.create_task(target.copy_to_table(rows.table, source=made(), columns=columns, format="binary"))
    finally:
        source.terminate()
        target.terminate()


async def insert_rows(connection: asyncpg.Connection, rows: Rows, *arguments: object) -> None:
    """Make and store the rows on one connection: half the work, if values are compressed or costly to read."""
    await connection.execute(f"INSERT INTO {rows.table} ({rows.columns}) {rows.query}", *arguments)


@asynccontextmanager
async def without_indexes(connection: asyncpg.Connection, *tables: str) -> AsyncIterator[None]:
    """Drop the indexes of the tables that no constraint needs, and build them again at the end."""
    indexes = await connection.fetch(INDEXES, tables)
    for index in indexes:
        await connection.execute(f"DROP INDEX {index['name']}")
    yield
    for index in indexes:
        await connection.execute(index["definition"])


@asynccontextmanager
async def without_keys(connection: asyncpg.Connection, *tables: str) -> AsyncIterator[None]:
    """Drop the keys of the tables, and check and build them all at the end: row by row takes many times as long."""
    constraints = await connection.fetch(CONSTRAINTS, tables)
    for each in reversed(constraints):
        await connection.execute(f"ALTER TABLE {each['table_name']} DROP CONSTRAINT {each['name']}")
    yield
    for each in constraints:
        await connection.execute(f"ALTER TABLE {each['table_name']} ADD CONSTRAINT {each['name']} {each['definition']}")
