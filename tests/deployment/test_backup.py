"""The backup loop: a dump every day, its rehearsal, and a retry after a failure."""

import asyncio
import os
import signal
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from deployment.proxy import DEPLOY
from marketplace.adapters.postgres.embedded.binaries import find_binaries
from postgres.servers import becomes_true

BACKUP = str(DEPLOY / "backup")


def environment(database: str, **other: str) -> dict[str, str]:
    tools = str(Path(find_binaries().program("pg_dump")).parent)
    return {**os.environ, "MARKETPLACE_DATABASE_URL": database, "PG_BIN": tools, **other}


def dumps(folder: Path) -> list[Path]:
    return sorted(folder.glob("marketplace-*.dump"))


@asynccontextmanager
async def watching(folder: Path, database: str, **other: str) -> AsyncIterator[Path]:
    """Run the backup loop over a folder, and yield its log."""
    log = folder.parent / "backup.log"
    with log.open("w") as output:
        process = await asyncio.create_subprocess_exec(
            *(BACKUP, "nightly", str(folder)),
            stdout=output,
            stderr=output,
            env=environment(database, **other),
            start_new_session=True,
        )
    try:
        yield log
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        await process.wait()


def is_fresh(folder: Path) -> bool:
    return subprocess.run([BACKUP, "fresh", str(folder)], capture_output=True, check=False).returncode == 0


async def test_missed_backup_is_made_up_for_and_next_one_runs_on_schedule(database: str, tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    soon = datetime.now(UTC) + timedelta(seconds=15)
    async with watching(folder, database, BACKUP_AT=soon.strftime("%H:%M:%S")) as log:
        assert not is_fresh(folder)
        assert await becomes_true(lambda: log.read_text().count("every row count matches") >= 1, 60), log.read_text()
        assert is_fresh(folder)
        assert await becomes_true(lambda: log.read_text().count("every row count matches") == 2, 60), log.read_text()
    assert len(dumps(folder)) == 2
    os.utime(dumps(folder)[0], (0, 0))
    os.utime(dumps(folder)[1], (0, 0))
    assert not is_fresh(folder)


async def test_failed_backup_leaves_no_backup_file(tmp_path: Path) -> None:
    folder = tmp_path / "backups"
    async with watching(folder, "postgresql://nobody@127.0.0.1:1/nothing") as log:
        assert await becomes_true(lambda: "Retrying in five minutes." in log.read_text(), 60), log.read_text()
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("words", [(), ("restore",), ("forget", "it")])
def test_unknown_backup_command_is_refused(words: tuple[str, ...], database: str) -> None:
    ended = subprocess.run([BACKUP, *words], capture_output=True, text=True, check=False, env=environment(database))
    assert ended.returncode != 0
    assert "rehearse" in ended.stdout + ended.stderr
