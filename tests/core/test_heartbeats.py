"""What processes write about themselves, and how it is judged."""

import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from marketplace.core.errors import Busy
from marketplace.telemetry.heartbeats import FIELDS, HUNG_AFTER, NAME, UNREADY_AFTER, Health, Heartbeat, read_health

NOW = 1_000.0
WELL = Health(is_live=True, is_ready=True)


@pytest.fixture
def other() -> int:
    """Return the ID of another process that runs."""
    return os.getppid()


def write(folder: Path, pid: int, alive_at: float, ready_at: float) -> None:
    (folder / NAME.format(pid)).write_bytes(FIELDS.pack(alive_at, ready_at))


def test_program_without_a_sign_of_life_is_not_live(tmp_path: Path) -> None:
    assert read_health(tmp_path, NOW) == Health(is_live=False, is_ready=False)


def test_busy_process_is_live_and_a_hung_one_is_not(tmp_path: Path, other: int) -> None:
    write(tmp_path, other, NOW - HUNG_AFTER + 0.1, NOW - UNREADY_AFTER + 0.1)
    assert read_health(tmp_path, NOW) == WELL

    write(tmp_path, other, NOW - HUNG_AFTER, NOW)
    assert read_health(tmp_path, NOW) == Health(is_live=False, is_ready=False)


def test_one_hung_process_among_others_is_told(tmp_path: Path, other: int) -> None:
    write(tmp_path, os.getpid(), NOW, NOW)
    assert read_health(tmp_path, NOW) == WELL

    write(tmp_path, other, NOW - HUNG_AFTER, NOW)
    assert not read_health(tmp_path, NOW).is_live


def test_process_that_found_itself_unable_to_serve_is_live_but_not_ready(tmp_path: Path, other: int) -> None:
    for ready_at in (0.0, NOW - UNREADY_AFTER):
        write(tmp_path, other, NOW, ready_at)
        assert read_health(tmp_path, NOW) == Health(is_live=True, is_ready=False)


def test_process_that_was_killed_does_not_count(tmp_path: Path) -> None:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    write(tmp_path, os.getpid(), NOW, NOW)
    write(tmp_path, ended.pid, NOW - HUNG_AFTER, 0)

    assert read_health(tmp_path, NOW) == WELL
    assert not (tmp_path / NAME.format(ended.pid)).exists()


async def test_heartbeat_writes_whether_the_process_can_serve_until_it_ends(tmp_path: Path) -> None:
    async def fail() -> None:
        raise Busy

    for check, is_ready in ((None, True), (fail, False)):
        heartbeat = Heartbeat(tmp_path, check)
        await heartbeat.start()
        await asyncio.sleep(0.01)
        assert read_health(tmp_path, time.monotonic()) == Health(is_live=True, is_ready=is_ready)
        await heartbeat.end()
        assert read_health(tmp_path, time.monotonic()) == Health(is_live=False, is_ready=False)
