"""A start waits for an unavailable database, logs what it waits for, and gives up after a limit."""

import asyncio
import logging
import time
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

from marketplace.adapters.postgres.connection.wait_for_database import wait_for_database
from marketplace.adapters.postgres.embedded.server import embedded_postgres
from ports import free_port
from postgres.servers import becomes_true, environment
from programs import Program, run_program

pytestmark = pytest.mark.flaky(reruns=1)  # starts programs, which a full machine gives no turn

NO_SERVER = "postgresql://me:hunter2@127.0.0.1:{port}/none"


async def test_available_database_is_not_waited_for(database: str) -> None:
    started = time.monotonic()
    await wait_for_database(database, timedelta(seconds=30))
    assert time.monotonic() - started < 3


async def test_wait_for_database_logs_its_reason_and_ends(caplog: pytest.LogCaptureFixture) -> None:
    port = free_port()
    with pytest.raises(ConnectionError):
        await wait_for_database(NO_SERVER.format(port=port), timedelta(seconds=0.9))

    messages = [record.getMessage() for record in caplog.records]
    assert len(messages) >= 2
    assert all(line.startswith(f"Waiting for the database at 127.0.0.1:{port}, for 1 s at most") for line in messages)
    assert "hunter2" not in caplog.text
    assert {record.levelno for record in caplog.records} == {logging.WARNING}


async def test_wrong_database_name_is_not_waited_for(database: str) -> None:
    started = time.monotonic()
    with pytest.raises(asyncpg.InvalidCatalogNameError):
        await wait_for_database(urlsplit(database)._replace(path="/no_such_one").geturl(), timedelta(seconds=30))
    assert time.monotonic() - started < 5


async def test_program_started_before_its_database_serves_once_it_is_available(tmp_path: Path) -> None:
    def start_and_stop() -> str:
        with embedded_postgres(tmp_path / "data") as dsn:
            return dsn

    dsn = await asyncio.to_thread(start_and_stop)
    log = tmp_path / "log"
    early = Program(["migrate"], environment(dsn), log)
    assert await becomes_true(lambda: log.exists() and "Waiting for the database at " in log.read_text(), 60)
    with embedded_postgres(tmp_path / "data") as again:
        assert again == dsn
        assert await asyncio.to_thread(early.wait, 60) == 0, log.read_text()


def test_program_without_database_reports_it(tmp_path: Path) -> None:
    provided = environment(NO_SERVER.format(port=free_port()), database_wait=0.3)
    refused = run_program(["serve", "--port", str(free_port()), "--no-migrate"], provided, cwd=tmp_path)

    assert refused.returncode == 1
    assert "Error: Can't reach the database: " in refused.stderr
    assert "Traceback" not in refused.stderr
    assert "hunter2" not in refused.stderr
