"""The migrations create the schema that the tables describe, from any revision and when run concurrently."""

import asyncio
import re
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import closing
from typing import Any, TypeVar
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import CheckConstraint, Connection, Index, UniqueConstraint
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from marketplace.adapters.postgres.connection.errors import CONSTRAINTS
from marketplace.adapters.postgres.schema.metadata import METADATA
from marketplace.adapters.postgres.schema.migrate import migrate
from marketplace.adapters.postgres.schema.revisions import newest_revision
from postgres.servers import run_command

T = TypeVar("T")

TEN_MIGRATE = """
import os, sys
from marketplace.adapters.postgres.schema import metadata, migrate

for _ in range(10):
    if os.fork() == 0:
        migrate.migrate_now(sys.argv[1])
        os._exit(0)
sys.exit(sum(os.wait()[1] != 0 for _ in range(10)))
"""
DESCRIBED = {
    "columns": """
        SELECT format('%s.%s %s %s %s %s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
            a.attidentity::text || a.attgenerated::text, pg_get_expr(d.adbin, d.adrelid))
        FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
            LEFT JOIN pg_attrdef d ON (d.adrelid, d.adnum) = (a.attrelid, a.attnum)
        WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
    """,
    "tables": """
        SELECT format('%s %s %s', relname, relpersistence, reloptions) FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
    """,
    "constraints": """
        SELECT format('%s %s', conname, pg_get_constraintdef(oid)) FROM pg_constraint
        WHERE connamespace = 'public'::regnamespace AND contype NOT IN ('n', 't')
    """,
    "triggers": """
        SELECT format('%s %s', tgenabled, pg_get_triggerdef(t.oid)) FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid
        WHERE c.relnamespace = 'public'::regnamespace AND NOT tgisinternal
    """,
    "indexes": "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "text search": """
        SELECT format('%s %s %s %s', g.cfgname, m.maptokentype, m.mapseqno, m.mapdict::regdictionary)
        FROM pg_ts_config g JOIN pg_ts_config_map m ON m.mapcfg = g.oid WHERE g.cfgnamespace = 'public'::regnamespace
    """,
    "extensions": "SELECT extname FROM pg_extension",
    "sequences": "SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'",
    "raised names": r"""
        SELECT (regexp_matches(p.prosrc, 'CONSTRAINT = ''(\w+)''', 'g'))[1]
        FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
    """,
    "functions": """
        SELECT p.oid::regprocedure::text FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
            AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
    """,
}


async def requested(dsn: str, question: Callable[[Any], Awaitable[T]]) -> T:
    connection = await asyncpg.connect(dsn)
    try:
        return await question(connection)
    finally:
        await connection.close()


async def revision(connection: Any) -> Any:
    return await connection.fetchval("SELECT version_num FROM alembic_version")


def ours(lines: list[str]) -> list[str]:
    """Leave out pgqueuer's table, which the previous release uses and a later one drops."""
    return [line for line in lines if "pgqueuer" not in line]


async def described(dsn: str) -> dict[str, list[str]]:
    """Return the schema as PostgreSQL describes it."""

    async def describe(connection: Any) -> dict[str, list[str]]:
        return {kind: sorted([row[0] for row in await connection.fetch(sql)]) for kind, sql in DESCRIBED.items()}

    return await requested(dsn, describe)


async def compared(dsn: str, compare: Callable[[Connection], T]) -> T:
    engine = create_async_engine(
        "postgresql+asyncpg://", async_creator=lambda: asyncpg.connect(dsn), poolclass=NullPool
    )
    try:
        async with engine.connect() as connection:
            return await connection.run_sync(compare)
    finally:
        await engine.dispose()


@pytest.fixture
def bare_database(postgres_server: str) -> Iterator[str]:
    """Create a database without migrations."""
    name = f"bare_{uuid4().hex}"

    def run(statement: str) -> None:
        async def execute(connection: Any) -> None:
            await connection.execute(statement)

        with closing(asyncio.new_event_loop()) as loop:
            loop.run_until_complete(requested(postgres_server, execute))

    run(f"CREATE DATABASE {name} TEMPLATE template0")
    yield urlsplit(postgres_server)._replace(path=f"/{name}").geturl()
    run(f"DROP DATABASE {name} WITH (FORCE)")


def test_up_down_and_up_again_leave_the_same_schema(bare_database: str) -> None:
    asyncio.run(migrate(bare_database))
    first = asyncio.run(described(bare_database))
    asyncio.run(migrate(bare_database, "base"))
    down = asyncio.run(described(bare_database))
    asyncio.run(migrate(bare_database))

    assert asyncio.run(described(bare_database)) == first
    assert len(ours(first["tables"])) == len(METADATA.tables) + 1
    assert [line.split()[0] for line in down["tables"]] == ["alembic_version"]
    assert [down[kind] for kind in ("sequences", "text search", "functions")] == [[], [], []]


def test_up_to_date_database_is_unchanged(empty_database: str) -> None:
    before = asyncio.run(described(empty_database))

    asyncio.run(migrate(empty_database))

    assert asyncio.run(described(empty_database)) == before


def test_the_tables_and_the_migrated_database_agree(empty_database: str) -> None:
    def compare(connection: Connection) -> list[Any]:
        options = {
            "compare_type": True,
            "compare_server_default": True,
            "include_object": lambda _, name, *__: not (name or "").startswith("pgqueuer"),
        }
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), METADATA))

    assert asyncio.run(compared(empty_database, compare)) == []


def test_a_database_made_from_the_tables_has_the_same_constraints_and_indexes(
    bare_database: str, empty_database: str
) -> None:
    def create(connection: Connection) -> None:
        METADATA.create_all(connection)
        connection.commit()

    async def add_extension(connection: Any) -> None:
        await connection.execute("CREATE EXTENSION btree_gist")

    asyncio.run(requested(bare_database, add_extension))
    asyncio.run(compared(bare_database, create))
    created, migrated = asyncio.run(described(bare_database)), asyncio.run(described(empty_database))

    for kind in ("columns", "tables", "constraints", "indexes"):
        assert created[kind] == [line for line in ours(migrated[kind]) if "alembic_version" not in line]


def test_every_constraint_name_contains_its_table(empty_database: str) -> None:
    names = {
        str(named.name)
        for table in METADATA.tables.values()
        for named in (*table.constraints, *table.indexes)
        if isinstance(named, CheckConstraint | UniqueConstraint | Index)
    }

    constraints = asyncio.run(described(empty_database))["constraints"]

    assert all(re.match(r"(ck|uq|ix|ex)_[a-z_]+$", name) for name in names)
    assert all(re.match(r"(pk|fk|ck|uq|ex)_|alembic_version_pkc", line) for line in ours(constraints))


def test_every_constraint_mapped_to_an_error_exists_in_database(empty_database: str) -> None:
    schema = asyncio.run(described(empty_database))
    existing = {line.split()[0] for line in schema["constraints"]}
    unique = {line.split()[3] for line in schema["indexes"] if line.startswith("CREATE UNIQUE INDEX")}

    assert set(CONSTRAINTS) <= existing | unique | set(schema["raised names"])


def test_ten_programs_migrating_concurrently_all_succeed(bare_database: str) -> None:
    together = subprocess.run([sys.executable, "-c", TEN_MIGRATE, bare_database], check=False)

    assert together.returncode == 0
    assert asyncio.run(requested(bare_database, revision)) == newest_revision()


def test_the_command_migrates_up_and_down(bare_database: str) -> None:
    up = asyncio.run(run_command(bare_database, "migrate"))
    reached = asyncio.run(requested(bare_database, revision))
    down = asyncio.run(run_command(bare_database, "migrate", "--revision", "base"))

    assert (up, down) == ("The database is at head.\n", "The database is at base.\n")
    assert reached == newest_revision()
    assert asyncio.run(requested(bare_database, revision)) is None


def test_failed_migration_leaves_nothing_behind(bare_database: str) -> None:
    async def occupy(connection: Any) -> None:
        await connection.execute("CREATE TABLE booking_steps (id int)")

    asyncio.run(requested(bare_database, occupy))
    before = asyncio.run(described(bare_database))

    with pytest.raises(Exception, match="booking_steps"):
        asyncio.run(migrate(bare_database))

    assert asyncio.run(described(bare_database)) == before


def test_failed_migration_leaves_previous_revision_from_which_next_run_continues(
    bare_database: str,
) -> None:
    asyncio.run(requested(bare_database, lambda connection: connection.execute("CREATE TABLE calendar_feeds (id int)")))

    with pytest.raises(Exception, match="calendar_feeds"):
        asyncio.run(migrate(bare_database))
    reached = asyncio.run(requested(bare_database, revision))
    asyncio.run(requested(bare_database, lambda connection: connection.execute("DROP TABLE calendar_feeds")))
    asyncio.run(migrate(bare_database))

    assert reached == "0004"
    assert asyncio.run(requested(bare_database, revision)) == newest_revision()
