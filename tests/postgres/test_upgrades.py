"""Migrations while others are there: people who book, somebody who reads for long, other programs that migrate."""

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
from marketplace.adapters.postgres.schema.migrate import MigrationError, RetryPolicy, migrate
from marketplace.adapters.postgres.schema.revisions import newest_revision
from postgres.crowd import Books, booked, statuses
from postgres.load import BUYERS, WARM, Load, under_load
from postgres.servers import Server, becomes_true, run_command, servers
from upgrades import Upgrades, comes, held

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
    """People who book at a program that runs."""
    async with servers(1, dsn, folder, workers=2, pool_max_size=4) as [server], under_load(server, dsn) as load:
        yield server, load


async def revision(books: Books) -> Any:
    return (await books.ask("SELECT version_num FROM alembic_version"))[0]


def migrating(number: int, dsn: str, upgrades: Upgrades) -> subprocess.Popen[bytes]:
    """So many programs that migrate at once, in a process group of their own."""
    command = [sys.executable, "-c", MIGRATE, str(number), dsn, *map(str, upgrades.folders)]
    return subprocess.Popen(command, start_new_session=True)


async def test_people_book_on_while_a_migration_waits_for_somebody_who_reads_for_long(
    empty_database: str, books: Books, upgrades: Upgrades, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    upgrades.add(ADDS_A_COLUMN)
    async with booking(empty_database, tmp_path) as (server, load):
        async with held(empty_database, "SELECT FROM bookings"):
            migration = asyncio.create_task(migrate(empty_database, policy=SHORT, folders=upgrades.folders))
            assert await becomes_true(lambda: caplog.text.count("will be retried") >= 3, 20)
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


async def test_behind_a_migration_that_waits_without_an_end_nobody_books(
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


async def test_an_index_that_is_made_concurrently_waits_for_who_writes_as_long_as_it_takes_and_nobody_waits_for_it(
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


def test_a_migration_asks_for_a_lock_for_less_time_than_the_requests_that_queue_behind_it_wait() -> None:
    assert 2 * RetryPolicy().lock_timeout < PoolLimits().lock_timeout


async def test_a_program_serves_on_while_its_tables_are_expanded(
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


async def test_a_migration_that_is_refused_its_lock_too_often_says_which_and_who_was_in_the_way(
    empty_database: str, books: Books, upgrades: Upgrades
) -> None:
    done = upgrades.add('op.execute("CREATE TABLE levels (id int)")')
    refused = upgrades.add(ADDS_A_COLUMN)
    twice = RetryPolicy(lock_timeout=timedelta(seconds=0.5), pause=timedelta(seconds=0.1), tries=2)

    async with held(empty_database, "SELECT FROM bookings") as reader:
        with pytest.raises(MigrationError) as args:
            await migrate(empty_database, policy=twice, folders=upgrades.folders)
        pid = reader.get_server_pid()

    assert str(args.value).startswith(
        f"Migration {refused} couldn't get a lock in 2 tries of 0.5 s and wasn't applied: the database is at {done}."
        f" It was blocked by process {pid} (a long report, idle in transaction for "
    )
    assert await revision(books) == done
    assert await migrate(empty_database, folders=upgrades.folders) == "head"
    assert await revision(books) == refused


async def test_ten_programs_that_migrate_at_once_make_an_index_concurrently(
    empty_database: str, books: Books, upgrades: Upgrades
) -> None:
    for up in EXPANDS:
        upgrades.add(up)

    ended = await asyncio.to_thread(migrating(10, empty_database, upgrades).wait, timeout=120)

    assert ended == 0
    assert await revision(books) == upgrades.newest
    assert await books.ask(INVALID) == []


async def test_what_a_killed_program_was_migrating_is_migrated_by_the_next(
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
    async with asyncio.timeout(20):
        await migrate(empty_database, folders=upgrades.folders)

    assert before == newest_revision()
    assert await revision(books) == upgrades.newest


async def test_an_index_that_failed_halfway_is_made_anew_by_the_next_try(
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


async def test_rows_that_somebody_changes_are_filled_in_once_they_are_free(
    empty_database: str, books: Books, upgrades: Upgrades
) -> None:
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


async def test_a_program_leaves_a_database_that_is_newer_than_itself_as_it_is_and_serves(
    empty_database: str, books: Books, upgrades: Upgrades, tmp_path: Path
) -> None:
    newer = upgrades.add(ADDS_A_COLUMN)
    await migrate(empty_database, folders=upgrades.folders)

    said = await run_command(empty_database, "migrate")
    async with booking(empty_database, tmp_path) as (server, load):
        ready = await server.client.get("/health/ready")

    assert said == f"The database is at {newer}.\n"
    assert ready.status_code == httpx.codes.OK
    assert statuses(load.answers) == {201}
    assert await revision(books) == newer


async def test_a_program_does_not_take_back_what_it_does_not_know(
    empty_database: str, books: Books, upgrades: Upgrades
) -> None:
    newer = upgrades.add(ADDS_A_COLUMN)
    await migrate(empty_database, folders=upgrades.folders)

    with pytest.raises(MigrationError, match=f"only a program that knows {newer} can take it back to 0001"):
        await migrate(empty_database, "0001")

    assert await revision(books) == newer
