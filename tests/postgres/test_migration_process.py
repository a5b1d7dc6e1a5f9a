"""Programs migrate in a process of its own, whose errors are theirs and which ends with them."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError

from marketplace.adapters.postgres.schema.migrate import MIGRATION_LOCK
from marketplace.entrypoints.migration_process import migrate_apart
from ports import free_port
from postgres.servers import becomes_true, environment, is_alive
from programs import Program, run_program

pytestmark = pytest.mark.flaky(reruns=1)  # starts programs, which a full machine gives no turn

MIGRATES = """
import sys
from marketplace.entrypoints.migration_process import migrate_apart

migrate_apart(sys.argv[1])
print(sorted({"alembic", "sqlalchemy", "advanced_alchemy"} & set(sys.modules)))
"""
LOST_VERSION = "ALTER TABLE alembic_version RENAME TO lost_version"


def children(pid: int) -> list[int]:
    return [int(each) for path in Path(f"/proc/{pid}/task").glob("*/children") for each in path.read_text().split()]


@pytest.fixture
async def waiting(empty_database: str, tmp_path: Path) -> AsyncIterator[Program]:
    """Start a server whose migration waits for another."""
    connection = await asyncpg.connect(empty_database)
    await connection.execute(f"SELECT pg_advisory_lock({MIGRATION_LOCK})")
    log = tmp_path / "log"
    program = Program(["serve", "--port", str(free_port())], environment(empty_database), log)
    try:
        assert await becomes_true(lambda: log.exists() and "Waiting for another program" in log.read_text(), 90)
        yield program
    finally:
        program.kill_group()
        await connection.close()


def test_program_that_migrated_has_not_imported_the_libraries(empty_database: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", MIGRATES, empty_database], capture_output=True, text=True, check=True, timeout=180
    )

    assert ended.stdout == "[]\n"


def test_error_of_the_migration_is_raised_with_where_it_was(database: str) -> None:
    missing = urlsplit(database)._replace(path="/no_such_one").geturl()

    with pytest.raises(DBAPIError, match='database "no_such_one" does not exist') as raised:
        migrate_apart(missing)

    assert "in migrate_now" in raised.value.__notes__[0]


async def test_command_reports_an_error_of_its_migration(empty_database: str) -> None:
    connection = await asyncpg.connect(empty_database)
    await connection.execute(LOST_VERSION)
    await connection.close()

    ended = await asyncio.to_thread(run_program, ["seed-demo"], environment(empty_database))

    assert ended.returncode == 1
    assert "sqlalchemy.exc.ProgrammingError" in ended.stderr
    assert "in migrate_now" in ended.stderr


async def test_program_whose_migration_is_killed_says_so(waiting: Program, tmp_path: Path) -> None:
    [migrating] = children(waiting.pid)
    os.kill(migrating, signal.SIGKILL)

    assert await asyncio.to_thread(waiting.wait, 90) == 1
    last = (tmp_path / "log").read_text().splitlines()[-1]
    assert last == "Error: The process that migrates ended with exit code -9. Start the program again."


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
async def test_migration_ends_with_its_program(waiting: Program, number: signal.Signals, tmp_path: Path) -> None:
    [migrating] = children(waiting.pid)
    waiting.send_signal(number)

    await asyncio.to_thread(waiting.wait, 90)
    assert await becomes_true(lambda: not is_alive(migrating), 60)
    assert "Traceback" not in (tmp_path / "log").read_text()
