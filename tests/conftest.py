"""A PostgreSQL for the tests that need one, with a database of its own for every module."""

import asyncio
import os
import socket
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from databases import address_of, scratch_database

POSTGRES_IMAGE = "postgres:18-alpine"


def docker_answers() -> bool:
    """Whether anybody listens where a Docker engine would; docker's own client leaks its socket when nobody does."""
    address = urlsplit(os.environ.get("DOCKER_HOST", "unix:///var/run/docker.sock"))
    unix = address.scheme == "unix"
    try:
        with socket.socket(socket.AF_UNIX if unix else socket.AF_INET) as probe:
            probe.settimeout(2)
            probe.connect(address.path if unix else (address.hostname, address.port or 2375))
    except OSError:
        return False
    return True


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a server whose databases may be made and dropped; under xdist, each worker's own."""
    provided = os.environ.get("MARKETPLACE_TEST_DATABASE_URL")
    if provided:
        yield provided
    elif docker_answers():
        from testcontainers.community.postgres import PostgresContainer  # noqa: PLC0415 - slow, and seldom of use

        with PostgresContainer(POSTGRES_IMAGE, driver=None) as container:
            yield container.get_connection_url()
    else:
        from marketplace.adapters.postgres.embedded.server import embedded_postgres  # noqa: PLC0415 - as migrate

        with embedded_postgres(tmp_path_factory.mktemp("postgres") / "data") as dsn:
            yield dsn


@pytest.fixture(scope="session")
def migrated_template(postgres_server: str) -> Iterator[str]:
    """The name of a database that the real migrations built, once per run."""
    from marketplace.adapters.postgres.schema.migrate import migrate  # noqa: PLC0415 - over a second, that few runs need

    with scratch_database(postgres_server) as name:
        asyncio.run(migrate(address_of(postgres_server, name)))
        yield name


@pytest.fixture(scope="module")
def database(postgres_server: str, migrated_template: str) -> Iterator[str]:
    """A module's own migrated database: real commits and real locks, gone afterwards."""
    with scratch_database(postgres_server, migrated_template) as name:
        yield address_of(postgres_server, name)


@pytest.fixture
def empty_database(postgres_server: str, migrated_template: str) -> Iterator[str]:
    """A test's own migrated database, for what is said of an empty one."""
    with scratch_database(postgres_server, migrated_template) as name:
        yield address_of(postgres_server, name)
