"""Fixtures of the PostgreSQL tests: a large marketplace, and programs that start a server."""

from __future__ import annotations

import asyncio
import fcntl
import os
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from databases import address_of, scratch_database, shared_database
from postgres.embedded_programs import (
    USES_IT,
    Program,
    processes_of,
)
from postgres.large_dataset import Size, load
from postgres.own_postgres import make_migrated
from postgres.query_plans import Watched, watched

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator


@pytest.fixture(scope="session")
def loaded_template(postgres_server: str, migrated_template: str, run_folder: Path) -> Iterator[str]:
    """Return the name of a database with a large marketplace, filled once per run."""

    def fill(name: str) -> None:
        asyncio.run(load(address_of(postgres_server, name), Size()))

    with shared_database(postgres_server, run_folder, "loaded", fill, migrated_template) as name:
        yield name


@pytest.fixture(scope="session")
def migrated_folder(run_folder: Path) -> Path:
    """Return the data folder of a migrated server that has ended, made once per run."""
    folder = run_folder / "migrated" / "data"
    folder.parent.mkdir(exist_ok=True)
    with folder.with_suffix(".turn").open("a") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        if not (made := folder.with_suffix(".made")).exists():
            make_migrated(folder)
            made.touch()
    return folder


@pytest.fixture(scope="module")
def loaded(postgres_server: str, loaded_template: str) -> Iterator[str]:
    """Create a copy of it for a module, since bookings of one module would change the plans of the next."""
    with scratch_database(postgres_server, loaded_template, "file_copy") as name:
        yield address_of(postgres_server, name)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def program(loaded: str) -> AsyncIterator[Watched]:
    """Open its storage and record its statements."""
    async with watched(loaded) as opened:
        yield opened


@pytest.fixture
def data(tmp_path: Path) -> Iterator[Path]:
    """Return a data folder that does not exist yet, and check that no server over it outlives the test."""
    yield tmp_path / "pg"
    left = processes_of(tmp_path)
    for pid in left:
        os.kill(pid, signal.SIGKILL)
    assert not left


@pytest.fixture
def start(data: Path) -> Iterator[Callable[..., Program]]:
    """Return a function that starts programs, and end those that still run after the test."""
    started: list[Program] = []

    def start_one(folder: Path = data, script: str = USES_IT, **environment: str) -> Program:
        started.append(Program(folder, script, **environment))
        return started[-1]

    yield start_one
    for program in started:
        if program.process.returncode is None:
            program.send_signal_and_wait(signal.SIGTERM)
