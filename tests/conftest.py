"""A PostgreSQL for the tests that need one, with a database of its own for every module."""

import gc
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

import marketplace.bootstrap  # noqa: F401 - tests read the locked zones, as every process of the product does
from databases import EmptiedDatabases, address_of, execute, migrate_now, scratch_database, shared_database

POSTGRES_IMAGE = "postgres:18-alpine"
WITHOUT_DISK = (
    "ALTER SYSTEM SET fsync = off",
    "ALTER SYSTEM SET full_page_writes = off",
    "ALTER SYSTEM SET checkpoint_timeout = '1h'",
    "ALTER SYSTEM SET max_wal_size = '2GB'",
    "SELECT pg_reload_conf()",
)
"""No test cuts the power of the shared server; tests that kill a PostgreSQL start one of their own."""
RERUN_ONCE = {Path(__file__).parent / folder for folder in ("browser", "deployment")}
"""Folders of tests that a machine can fail by not giving a browser or a program its turn."""


def docker_answers() -> bool:
    """Return whether a Docker engine listens; docker's own client leaks its socket when none does."""
    address = urlsplit(os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock"))
    unix = address.scheme == "unix"
    try:
        with socket.socket(socket.AF_UNIX if unix else socket.AF_INET) as probe:
            probe.settimeout(2)
            probe.connect(address.path if unix else (address.hostname, address.port or 2375))
    except OSError:
        return False
    return True


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Start the files marked `starts_first` before the others, so that no worker is left with one at the end.

    A failed test of a browser or a deployment runs once more, unless its file says `flaky(reruns=0)`; so does one of a
    file that says `flaky(reruns=1)`. The summary names it: it is a bug to search for.
    """
    items.sort(key=lambda item: item.get_closest_marker("starts_first") is None)
    for item in items:
        if item.path.parent in RERUN_ONCE and item.get_closest_marker("flaky") is None:
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="session")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder that all xdist workers of a run share."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session")
def postgres_server(run_folder: Path) -> Iterator[str]:
    """Return the address of a server that allows creating databases. Workers share an embedded one."""
    provided = os.environ.get("MARKETPLACE_TEST_DATABASE_URL")
    if provided:
        yield provided
    elif docker_answers():
        from testcontainers.community.postgres import PostgresContainer  # noqa: PLC0415 - slow, and seldom of use

        with PostgresContainer(POSTGRES_IMAGE, driver=None) as container:
            yield container.get_connection_url()
    else:
        from marketplace.adapters.postgres.embedded.server import embedded_postgres  # noqa: PLC0415 - as migrate

        with embedded_postgres(run_folder / "postgres" / "data") as dsn:
            execute(dsn, *WITHOUT_DISK)
            yield dsn


@pytest.fixture(scope="session")
def migrated_template(postgres_server: str, run_folder: Path) -> Iterator[str]:
    """Return the name of a database built by the real migrations, once per run."""

    def fill(name: str) -> None:
        migrate_now(address_of(postgres_server, name))

    with shared_database(postgres_server, run_folder, "migrated", fill) as name:
        yield name


@pytest.fixture(scope="session")
def emptied_databases(postgres_server: str, migrated_template: str) -> Iterator[EmptiedDatabases]:
    """Return databases for tests that change rows only, not the schema."""
    databases = EmptiedDatabases(postgres_server, migrated_template)
    yield databases
    databases.close()


@pytest.fixture(scope="module")
def database(postgres_server: str, migrated_template: str) -> Iterator[str]:
    """Create a migrated database for a module, with real commits and real locks, and drop it afterwards."""
    with scratch_database(postgres_server, migrated_template) as name:
        yield address_of(postgres_server, name)


@pytest.fixture
def empty_database(postgres_server: str, migrated_template: str) -> Iterator[str]:
    """Create a migrated database for one test that needs it empty."""
    with scratch_database(postgres_server, migrated_template) as name:
        yield address_of(postgres_server, name)


def pytest_collection_finish() -> None:
    """Keep the collected tests out of garbage collections, which would walk all of them again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
