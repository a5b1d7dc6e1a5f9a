"""Migrations while users book, a long transaction reads, and other programs migrate."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy.exc import IntegrityError

from marketplace.adapters.postgres.connection.pool import PoolLimits
from marketplace.adapters.postgres.schema.migrate import RetryPolicy, migrate
from marketplace.adapters.postgres.schema.revisions import MigrationError, newest_revision
from migration_builder import Upgrades, comes, held
from postgres.booking_load import BUYERS, WARM, Load, under_load
from postgres.http_clients import Books, booked, statuses
from postgres.servers import Server, becomes_true, run_command, servers

pytestmark = pytest.mark.starts_first

SHORT = RetryPolicy(lock_timeout=timedelta(seconds=0.5), pause=timedelta(seconds=0.5))
NEVER = timedelta(minutes=1)

MIGRATE = """
import os, sys
from pathlib import Path
from marketplace.adapters.postgres.schema.migrate import migrate_now

number, dsn, *folders = sys.argv[1:]
for _ in range(int(number)):
    if os.fork() == 0:
        migrate_now(dsn, tuple(map(Path, folders)))
        os._exit(0)
sys.exit(sum(os.wait()[1] != 0 for _ in range(int(number))))
"""
ADDS_A_COLUMN = 'op.add_column("bookings", sa.Column("guests", sa.Integer(), server_default="0", nullable=False))'
EXPANDS = (
    """
    op.add_column("sessions", sa.Column("level", sa.Text(), nullable=True))
    op.create_check_constraint(op.f("ck_sessions_level"), "sessions", "level <> ''", postgresql_not_valid=True)
    """,
    ADDS_A_COLUMN,
    'op.execute("ALTER TABLE sessions VALIDATE CONSTRAINT ck_sessions_level")',
    'online_ddl.backfill("sessions", assignments="level = \'any\'", where="level IS NULL")',
    'online_ddl.make_index("ix_bookings_guests", "bookings", ["guests", "id"])',
    'online_ddl.drop_index("ix_bookings_amount", "bookings")',
)
WAITING = """
    SELECT pid FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'marketplace migrate' AND wait_event_type = 'Lock'
"""
ASLEEP = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'PgSleep'"
INVALID = "SELECT indexrelid::regclass::text FROM pg_index WHERE NOT indisvalid"


@pytest.fixture
def upgrades(tmp_path: Path) -> Upgrades:
    folder = tmp_path / "versions"
    folder.mkdir()
    return Upgrades(folder)


@pytest.fixture
def books(empty_database: str) -> Books:
    return Books(empty_database)


@asynccontextmanager
async def booking(dsn: str, folder: Path) -> AsyncIterator[tuple[Server, Load]]:
    """Run a program with users who book."""
    async with servers(1, dsn, folder, workers=2, pool_max_size=4) as [server], under_load(server, dsn) as load:
        yield server, load


async def revision(books: Books) -> Any:
    return (await books.ask("SELECT version_num FROM alembic_version"))[0]


def migrating(number: int, dsn: str, upgrades: Upgrades) -> subprocess.Popen[bytes]:
    """Start this many concurrent migrations, in a process group of their own."""
    command = [sys.executable, "-c", MIGRATE, str(number), dsn, *map(str, upgrades.folders)]
    return subprocess.Popen(command, start_new_session=True)


async def test_bookings_continue_while_migration_waits_for_long_reader(
    empty_database: str, books: Books, upgrades: Upgrades, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    upgrades.add(ADDS_A_COLUMN)
    async with booking(empty_database, tmp_path) as (server, load):
        async with held(empty_database, "SELECT FROM bookings"):
            migration = asyncio.create_task(migrate(empty_database, policy=SHORT, folders=upgrades.folders))
            assert await becomes_true(lambda: caplog.text.count("will be retried") >= 3, 60)
            await load.created(WARM)
            assert not migration.done()
        await migration
        await load.created(WARM)
        failures = server.failures()

    assert f"Migration {upgrades.newest} couldn't get a lock" in caplog.text
    assert "(a long report, idle in transaction for " in caplog.text
    assert await revision(books) == upgrades.newest
    assert (statuses(load.answers), failures) == ({201}, [])
    assert await books.discrepancies() == []


async def test_migration_waiting_without_timeout_blocks_bookings(
    empty_database: str, books: Books, upgrades: Upgrades, tmp_path: Path
) -> None:
    upgrades.add(ADDS_A_COLUMN)
    stubborn = RetryPolicy(lock_timeout=NEVER)
    async with booking(empty_database, tmp_path) as (_, load):
        async with held(empty_database, "SELECT FROM bookings"):
            migration = asyncio.create_task(migrate(empty_database, policy=stubborn, folders=upgrades.folders))
            await comes(lambda: books.ask(WAITING))
            before = len(booked(load.answers))
            await asyncio.sleep(1.5)
            assert len(booked(load.answers)) - before <= BUYERS
        await migration


async def test_concurrent_index_build_waits_for_writers_and_blocks_no_other(
    empty_database: str, books: Books, upgrades: Upgrades, tmp_path: Path
) -> None:
    upgrades.add('online_ddl.make_index("ix_bookings_seats", "bookings", ["seats", "id"])')
    idempotently = RetryPolicy(lock_timeout=timedelta(seconds=0.3), tries=1)
    async with booking(empty_database, tmp_path) as (_, load):
        async with held(empty_database, "LOCK TABLE bookings IN ROW EXCLUSIVE MODE"):
            migration = asyncio.create_task(migrate(empty_database, policy=idempotently, folders=upgrades.folders))
            await comes(lambda: books.ask(WAITING))
            await load.created(WARM)
            await asyncio.sleep(3 * idempotently.lock_timeout.total_seconds())
            assert not migration.done()
        await migration

    assert statuses(load.answers) == {201}
    assert await books.ask(INVALID) == []


def test_migration_lock_timeout_is_shorter_than_that_of_requests() -> None:
    assert 2 * RetryPolicy().lock_timeout < PoolLimits().lock_timeout


async def test_program_keeps_serving_while_its_tables_are_expanded(
    empty_database: str, books: Books, upgrades: Upgrades, tmp_path: Path
) -> None:
    for up in EXPANDS:
        upgrades.add(up)
    read: list[httpx.Response] = []
    async with booking(empty_database, tmp_path) as (server, load):
        migration = asyncio.create_task(migrate(empty_database, folders=upgrades.folders))
        while not migration.done():
            read += [await server.client.get(path) for path in ("/api/sessions/", "/health/ready")]
        await migration
        await load.created(WARM)
        failures = server.failures()

    assert await revision(books) == upgrades.newest
    assert await books.ask("SELECT count(*) FROM sessions WHERE level IS DISTINCT FROM 'any'") == [0]
    assert await books.ask(INVALID) == []
    assert (statuses(load.answers), statuses(read), failures) == ({201}, {200}, [])
    assert await books.discrepancies() == []


async def test_migration_out_of_lock_retries_names_itself_and_the_blocker(
    empty_database: str, books: Books, upgrades: Upgrades
) -> None:
    done = upgrades.add('op.execute("CREATE TABLE levels (id int)")')
    refused = upgrades.add(ADDS_A_COLUMN)
    twice = RetryPolicy(lock_timeout=timedelta(seconds=0.5), pause=timedelta(seconds=0.1), tries=2)

    async with held(empty_database, "SELECT FROM bookings") as reader:
        with pytest.raises(MigrationError) as received:
            await migrate(empty_database, policy=twice, folders=upgrades.folders)
        pid = reader.get_server_pid()

    assert str(received.value).startswith(
        f"Migration {refused} couldn't get a lock in 2 tries of 0.5 s and wasn't applied: the database is at {done}."
        f" It was blocked by process {pid} (a long report, idle in transaction for "
    )
    assert await revision(books) == done
    assert await migrate(empty_database, folders=upgrades.folders) == "head"
    assert await revision(books) == refused


async def test_ten_programs_migrating_at_once_can_build_an_index_concurrently(
    empty_database: str, books: Books, upgrades: Upgrades
) -> None:
    for up in EXPANDS:
        upgrades.add(up)

    ended = await asyncio.to_thread(migrating(10, empty_database, upgrades).wait, timeout=120)

    assert ended == 0
    assert await revision(books) == upgrades.newest
    assert await books.ask(INVALID) == []


async def test_migration_interrupted_by_kill_is_completed_by_next_program(
    empty_database: str, books: Books, upgrades: Upgrades
) -> None:
    upgrades.add("op.execute(\"SELECT pg_sleep(60) WHERE to_regclass('hold') IS NOT NULL\")")
    await books.ask("CREATE TABLE hold (id int)")
    program = migrating(1, empty_database, upgrades)
    await comes(lambda: books.ask(ASLEEP))

    os.killpg(program.pid, signal.SIGKILL)
    program.wait()
    before = await revision(books)
    await books.ask("DROP TABLE hold")
    async with asyncio.timeout(60):
        await migrate(empty_database, folders=upgrades.folders)

    assert before == newest_revision()
    assert await revision(books) == upgrades.newest


async def test_index_that_failed_halfway_is_rebuilt_by_next_run(
    empty_database: str, books: Books, upgrades: Upgrades
) -> None:
    upgrades.add('op.execute("CREATE TABLE levels (id int)")')
    upgrades.add('online_ddl.make_index("uq_levels_id", "levels", ["id"], unique=True)')
    await migrate(empty_database, f"{int(newest_revision()) + 1:04}", folders=upgrades.folders)
    await books.ask("INSERT INTO levels VALUES (1), (1)")

    with pytest.raises(IntegrityError):
        await migrate(empty_database, folders=upgrades.folders)
    left = await books.ask(INVALID)
    await books.ask("DELETE FROM levels WHERE ctid = '(0,1)'")
    await migrate(empty_database, folders=upgrades.folders)

    assert left == ["uq_levels_id"]
    assert await books.ask(INVALID) == []
    assert await revision(books) == upgrades.newest


async def test_locked_rows_are_backfilled_once_released(empty_database: str, books: Books, upgrades: Upgrades) -> None:
    upgrades.add('op.execute("CREATE TABLE levels (id int, level text)")')
    filled = "SELECT count(*) FROM levels WHERE level IS NOT NULL HAVING count(*) = 99999"
    await migrate(empty_database, folders=upgrades.folders)
    await books.ask("INSERT INTO levels SELECT n FROM generate_series(1, 100000) n")
    upgrades.add("online_ddl.backfill(\"levels\", assignments=\"level = 'any'\", where='level IS NULL')")

    async with held(empty_database, "UPDATE levels SET id = 0 WHERE id = 7"):
        migration = asyncio.create_task(
            asyncio.to_thread(asyncio.run, migrate(empty_database, folders=upgrades.folders))
        )
        await comes(lambda: books.ask(filled))
        assert not migration.done()
    await migration

    assert await books.ask("SELECT count(*) FROM levels WHERE level IS NULL") == [0]


async def test_program_serves_on_database_newer_than_itself_without_changing_it(
    empty_database: str, books: Books, upgrades: Upgrades, tmp_path: Path
) -> None:
    newer = upgrades.add(ADDS_A_COLUMN)
    await migrate(empty_database, folders=upgrades.folders)

    output = await run_command(empty_database, "migrate")
    async with booking(empty_database, tmp_path) as (server, load):
        ready = await server.client.get("/health/ready")

    assert output == f"The database is at {newer}.\n"
    assert ready.status_code == httpx.codes.OK
    assert statuses(load.answers) == {201}
    assert await revision(books) == newer


async def test_program_does_not_downgrade_unknown_revision(
    empty_database: str, books: Books, upgrades: Upgrades
) -> None:
    newer = upgrades.add(ADDS_A_COLUMN)
    await migrate(empty_database, folders=upgrades.folders)

    with pytest.raises(MigrationError, match=f"Use a program that knows {newer} to take it back to 0001"):
        await migrate(empty_database, "0001")

    assert await revision(books) == newer
