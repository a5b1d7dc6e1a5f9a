"""The embedded PostgreSQL with real processes: programs and servers are started, ended and killed."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import asyncpg
import pytest

from marketplace.adapters.postgres.embedded.binaries import find_binaries
from marketplace.adapters.postgres.embedded.server import embedded_postgres
from postgres.embedded_programs import (
    FORKS_A_WORKER_THAT_STAYS,
    FORKS_A_WORKER_THAT_UNWINDS,
    WORKS_FOR_SECONDS,
    Program,
    becomes_true,
    keep_a_note,
    notes,
    postmaster,
    processes_of,
    query,
)

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = [
    pytest.mark.starts_first,
    pytest.mark.flaky(reruns=1),  # starts programs, which a full machine gives no turn
]


@pytest.mark.runs_alone
def test_a_second_start_takes_less_than_a_second_and_keeps_the_data(data: Path) -> None:
    with embedded_postgres(data) as dsn:
        keep_a_note(dsn)
    assert not processes_of(data)
    started = time.perf_counter()
    with embedded_postgres(data) as dsn:
        assert time.perf_counter() - started < 1
        assert notes(dsn) == "kept"


def test_dsn_names_a_socket_and_a_database_created_when_missing(data: Path) -> None:
    with embedded_postgres(data) as first, embedded_postgres(data, database="a 'b' c") as second:
        assert first.startswith(f"postgresql://marketplace@/marketplace?host={data}")
        assert query(first, "SELECT current_database()") == "marketplace"
        assert query(second, "SELECT current_database()") == "a 'b' c"
        assert query(first, "SHOW listen_addresses") == ""


def test_server_that_is_killed_while_a_program_joins_it_is_started_again(data: Path, tmp_path: Path) -> None:
    with embedded_postgres(data) as dsn:
        keep_a_note(dsn)
        found = find_binaries()
        programs = tmp_path / "programs"
        programs.mkdir()
        for program in found.folder.iterdir():
            (programs / program.name).symlink_to(program)
        kills_it_once = f"""#!/bin/sh
if [ ! -e {tmp_path}/killed ]; then
    touch {tmp_path}/killed
    kill -9 {postmaster(data)}
    while kill -0 {postmaster(data)} 2>/dev/null; do sleep 0.01; done
fi
exec {found.program("psql")} "$@"
"""
        (programs / "psql").unlink()
        (programs / "psql").write_text(kills_it_once)
        (programs / "psql").chmod(0o755)

        with embedded_postgres(data, binaries=replace(found, folder=programs)) as again:
            assert (tmp_path / "killed").exists()
            assert notes(again) == "kept"


def test_embedded_server_has_extensions_and_folds_case_of_every_script(data: Path) -> None:
    with embedded_postgres(data) as dsn:
        created = [f"CREATE EXTENSION {name}" for name in ("btree_gist",)]
        assert query(dsn, *created, "SELECT to_tsvector('simple', 'Привет ÉCOLE')::text") == "'école':2 'привет':1"


def test_server_stops_when_last_user_in_program_leaves(data: Path) -> None:
    with embedded_postgres(data):
        with embedded_postgres(data):
            pass
        assert processes_of(data)
    assert not processes_of(data)


def test_connection_settings_of_environment_are_ignored(start: Callable[..., Program]) -> None:
    program = start(PGPORT="1", PGHOST="nowhere", PGDATA="/nowhere", PGDATABASE="none")
    assert query(program.read_line(), "SELECT 1") == 1
    assert program.wait_for_exit() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_to_the_program_stops_the_server(
    start: Callable[..., Program], data: Path, number: signal.Signals
) -> None:
    program = start()
    assert program.read_line()
    assert program.send_signal_and_wait(number) in {128 + number, -number}
    assert not processes_of(data)


def test_sigterm_during_first_start_leaves_no_process(start: Callable[..., Program], data: Path) -> None:
    for wait in (0.05, 0.2, 0.4, 0.6):
        program = start()
        time.sleep(wait)
        program.send_signal_and_wait(signal.SIGTERM)
        assert becomes_true(lambda: not processes_of(data.parent))
    with embedded_postgres(data) as dsn:
        assert query(dsn, "SELECT 1") == 1


def test_program_started_after_kill_9_takes_over_running_server(start: Callable[..., Program], data: Path) -> None:
    killed = start()
    keep_a_note(killed.read_line())
    server = postmaster(data)
    killed.send_signal_and_wait(signal.SIGKILL)
    with embedded_postgres(data) as dsn:
        assert postmaster(data) == server
        assert notes(dsn) == "kept"
    assert not processes_of(data)


def test_start_after_kill_9_of_server_recovers_committed_data(start: Callable[..., Program], data: Path) -> None:
    program = start()
    keep_a_note(program.read_line())
    os.kill(postmaster(data), signal.SIGKILL)
    with embedded_postgres(data) as dsn:
        assert notes(dsn) == "kept"
    assert program.wait_for_exit() == 0


def test_a_busy_connection_that_outlives_the_killed_server_delays_the_next_start_only(
    start: Callable[..., Program], data: Path
) -> None:
    program = start()
    dsn = program.read_line()
    keep_a_note(dsn)

    async def kill_it_while_it_works() -> None:
        connection = await asyncpg.connect(dsn)
        busy = asyncio.create_task(connection.execute(WORKS_FOR_SECONDS))
        await asyncio.sleep(0.2)
        os.kill(postmaster(data), signal.SIGKILL)
        await asyncio.to_thread(start_again)
        await asyncio.gather(busy, return_exceptions=True)
        connection.terminate()

    def start_again() -> None:
        with embedded_postgres(data) as again:
            found.append(asyncio.run(read_note(again)))

    async def read_note(again: str) -> Any:
        connection = await asyncpg.connect(again)
        value = await connection.fetchval("SELECT text FROM note")
        await connection.close()
        return value

    found: list[Any] = []
    asyncio.run(kill_it_while_it_works())
    assert found == ["kept"]
    assert "shared memory block" in (data.parent / "pg.log").read_text()
    assert program.wait_for_exit() == 0


def test_reused_process_id_does_not_prevent_next_start(data: Path) -> None:
    with embedded_postgres(data) as dsn:
        keep_a_note(dsn)
        stale = (data / "postmaster.pid").read_text()
    (data / "postmaster.pid").write_text(stale.replace(stale.split("\n")[0], str(os.getpid()), 1))
    with embedded_postgres(data) as dsn:
        assert notes(dsn) == "kept"


def test_first_of_two_programs_starts_server_and_last_stops_it(start: Callable[..., Program], data: Path) -> None:
    first, second = start(), start()
    dsn = first.read_line()
    assert second.read_line() == dsn
    assert first.wait_for_exit() == 0
    assert query(dsn, "SELECT 1") == 1
    assert second.wait_for_exit() == 0
    assert not processes_of(data)


def test_a_forked_worker_that_unwinds_does_not_stop_the_server(start: Callable[..., Program], data: Path) -> None:
    program = start(script=FORKS_A_WORKER_THAT_UNWINDS)
    assert query(program.read_line(), "SELECT 1") == 1
    assert program.wait_for_exit() == 0
    assert not processes_of(data)


def test_a_forked_worker_that_stays_does_not_keep_the_server(start: Callable[..., Program], data: Path) -> None:
    program = start(script=FORKS_A_WORKER_THAT_STAYS)
    _, worker = program.read_line().split()
    assert program.wait_for_exit() == 0
    assert not processes_of(data)
    os.kill(int(worker), signal.SIGKILL)


def test_a_forked_worker_of_a_killed_program_keeps_the_server_until_it_ends(
    start: Callable[..., Program], data: Path
) -> None:
    program = start(script=FORKS_A_WORKER_THAT_STAYS)
    dsn, worker = program.read_line().split()
    program.send_signal_and_wait(signal.SIGKILL)
    with embedded_postgres(data):
        pass
    assert query(dsn, "SELECT 1") == 1
    os.kill(int(worker), signal.SIGKILL)
    with embedded_postgres(data):
        pass
    assert not processes_of(data)
