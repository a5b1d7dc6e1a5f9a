"""The adapters that the contract suite runs against."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import timedelta

import pytest
import pytest_asyncio

from databases import EmptiedDatabases, of_program
from marketplace.adapters.memory.storage import memory_storage
from marketplace.adapters.postgres.connection.pool import PoolLimits, connect
from marketplace.adapters.postgres.storage import postgres_storage
from marketplace.core.ports.storage import Storage

TIMEOUT = timedelta(seconds=5)
OpenStorage = Callable[[timedelta], AbstractAsyncContextManager[Storage]]
"""Opens a storage with the given lock timeout."""


@asynccontextmanager
async def _memory(lock_timeout: timedelta) -> AsyncIterator[Storage]:
    yield memory_storage(lock_timeout=lock_timeout)


def _postgres(dsn: str) -> OpenStorage:
    @asynccontextmanager
    async def opened(lock_timeout: timedelta) -> AsyncIterator[Storage]:
        database = await connect(of_program(dsn), PoolLimits(lock_timeout=lock_timeout))
        try:
            yield postgres_storage(database)
        finally:
            await database.close()

    return opened


@pytest.fixture(scope="module", params=["memory", "postgres"])
def adapter(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def database(emptied_databases: EmptiedDatabases) -> Iterator[str]:
    """Return an empty database for a module, with real commits and real locks."""
    with emptied_databases.one() as dsn:
        yield dsn


@pytest.fixture
def empty_database(emptied_databases: EmptiedDatabases) -> Iterator[str]:
    """Return an empty database for one test."""
    with emptied_databases.one() as dsn:
        yield dsn


# the databases are looked up by name, so that a run of the memory adapter alone starts no server


@pytest.fixture(scope="module")
def open_storage(adapter: str, request: pytest.FixtureRequest) -> OpenStorage:
    return _memory if adapter == "memory" else _postgres(request.getfixturevalue("database"))


@pytest.fixture
def open_empty_storage(adapter: str, request: pytest.FixtureRequest) -> OpenStorage:
    return _memory if adapter == "memory" else _postgres(request.getfixturevalue("empty_database"))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def storage(open_storage: OpenStorage) -> AsyncIterator[Storage]:
    """Open one storage per module and adapter, so that tests meet rows of one another, as in production."""
    async with open_storage(TIMEOUT) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def empty_storage(open_empty_storage: OpenStorage) -> AsyncIterator[Storage]:
    async with open_empty_storage(TIMEOUT) as opened:
        yield opened
