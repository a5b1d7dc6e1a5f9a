import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from builders import PASSWORD
from marketplace.adapters.security.hashing_process import NICENESS
from marketplace.adapters.security.passwords import DUMMY_HASH, Argon2Passwords, processes_of_worker
from marketplace.core.errors import PasswordsBusy
from postgres.servers import becomes_true, is_alive

PROCESSES = 2
KILLED = """
import asyncio, glob, os, signal
from marketplace.adapters.security.passwords import Argon2Passwords

passwords = Argon2Passwords()
asyncio.run(passwords.hash("a password"))
print(*(open(path).read() for path in glob.glob("/proc/self/task/*/children")), flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def passwords() -> Iterator[Argon2Passwords]:
    passwords = Argon2Passwords(PROCESSES, max_waiting=1)
    yield passwords
    passwords.close()


def hashing_processes() -> list[int]:
    """Return the processes that this one, or a thread of it, started."""
    found = []
    for path in Path("/proc/self/task").glob("*/children"):
        with suppress(OSError):
            found += [int(child) for child in path.read_text().split()]
    return [pid for pid in found if b"hashing_process" in Path(f"/proc/{pid}/cmdline").read_bytes()]


async def test_password_matches_its_own_hash_only(passwords: Argon2Passwords) -> None:
    stored = await passwords.hash(PASSWORD)

    assert await passwords.verify(PASSWORD, stored)
    assert not await passwords.verify("not my password", stored)
    assert not await passwords.verify(PASSWORD, "not a hash")
    assert not await passwords.verify(PASSWORD, None)


async def test_password_of_any_characters_matches_its_hash(passwords: Argon2Passwords) -> None:
    strange = "two\nlines, a \0, \u2028 and \N{SNOWMAN}" * 100

    assert await passwords.verify(strange, await passwords.hash(strange))


def test_unknown_account_takes_as_long_as_a_known_one(passwords: Argon2Passwords) -> None:
    assert not passwords.needs_rehash(DUMMY_HASH)


async def test_hash_beyond_those_that_may_wait_is_refused_at_once(passwords: Argon2Passwords) -> None:
    outcomes = await asyncio.gather(*(passwords.hash(PASSWORD) for _ in range(9)), return_exceptions=True)

    refused = [isinstance(outcome, PasswordsBusy) for outcome in outcomes]
    assert refused == [False] * (2 * PROCESSES) + [True] * (9 - 2 * PROCESSES)
    assert await passwords.verify(PASSWORD, str(outcomes[0]))


async def test_no_more_processes_hash_than_were_asked_for(passwords: Argon2Passwords) -> None:
    assert hashing_processes() == []
    await asyncio.gather(*(passwords.hash(PASSWORD) for _ in range(2 * PROCESSES)))

    assert len(hashing_processes()) == PROCESSES


async def test_hashing_process_gives_way_in_a_session_of_its_own(passwords: Argon2Passwords) -> None:
    await passwords.hash(PASSWORD)

    [process] = hashing_processes()
    assert os.getpriority(os.PRIO_PROCESS, process) == min(19, os.getpriority(os.PRIO_PROCESS, 0) + NICENESS)
    assert os.getsid(process) == process


async def test_hash_is_repeated_when_its_process_is_killed(passwords: Argon2Passwords) -> None:
    stored = await passwords.hash(PASSWORD)
    for process in hashing_processes():
        os.kill(process, signal.SIGKILL)

    assert await passwords.verify(PASSWORD, stored)


async def test_hash_is_repeated_when_all_idle_processes_are_killed(passwords: Argon2Passwords) -> None:
    stored, *_ = await asyncio.gather(*(passwords.hash(PASSWORD) for _ in range(2 * PROCESSES)))
    killed = hashing_processes()
    for process in killed:
        os.kill(process, signal.SIGKILL)

    assert len(killed) == PROCESSES
    assert await passwords.verify(PASSWORD, stored)


async def test_no_process_is_left_behind(passwords: Argon2Passwords) -> None:
    await asyncio.gather(*(passwords.hash(PASSWORD) for _ in range(PROCESSES)))
    passwords.close()

    assert hashing_processes() == []


async def test_hashing_process_ends_with_a_killed_server() -> None:
    program = [sys.executable, "-c", KILLED]
    ended = await asyncio.to_thread(subprocess.run, program, capture_output=True, text=True, check=False, timeout=30)

    assert ended.returncode == -signal.SIGKILL
    assert await becomes_true(lambda: not is_alive(int(ended.stdout)), 5)


@pytest.mark.parametrize("workers", [1, 2, 3, 64])
def test_workers_together_hash_in_no_more_processes_than_cores(workers: int) -> None:
    cores = os.cpu_count() or 1

    assert 1 <= processes_of_worker(workers) <= max(1, cores // workers)
