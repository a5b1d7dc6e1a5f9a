"""Provides the storage that the settings name, and closes it with the container."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

from dishka import Provider, Scope, provide

from marketplace.adapters.memory.storage import memory_storage
from marketplace.adapters.postgres.connection.pool import Database, PoolLimits, connect
from marketplace.adapters.postgres.connection.replica import Replica
from marketplace.adapters.postgres.connection.wait_for_database import wait_for_database
from marketplace.adapters.postgres.database_clock import DatabaseClock
from marketplace.adapters.postgres.readiness import PostgresReadiness
from marketplace.adapters.postgres.storage import postgres_storage
from marketplace.core.domain.clock_offset import ClockOffset
from marketplace.core.ports.storage import Storage
from marketplace.settings import Settings, SettingsError


class PostgresStorage(Provider):
    """Storage in PostgreSQL."""

    @provide(scope=Scope.APP)
    async def database(self, settings: Settings) -> AsyncIterator[Database]:
        """Open one pool per process, in the event loop that uses it. Raises `SettingsError` without a URL."""
        if settings.database_url is None:
            raise SettingsError("There's no database. Start the embedded one first, or set MARKETPLACE_DATABASE_URL.")
        # Wait: granian treats a worker that exits at start-up as broken, even if the database is only restarting.
        await wait_for_database(settings.database_url, settings.database_wait)
        database = await connect(settings.database_url, pool_limits(settings))
        yield database
        await database.close()

    @provide(scope=Scope.APP)
    async def storage(self, settings: Settings, database: Database, offset: ClockOffset) -> AsyncIterator[Storage]:
        """Provide storage over the pool; public lists read from the standby, if `read_database_url` is set.

        While it is open, `offset` follows the database's clock.
        """
        database_clock = DatabaseClock(database, offset)
        await database_clock.measure()
        following = asyncio.create_task(database_clock.follow())
        standby_url = settings.read_database_url
        if standby_url is None:
            yield replace(postgres_storage(database), readiness=PostgresReadiness(database, offset))
        else:
            replica = Replica(lambda: connect(standby_url, pool_limits(settings)), database)
            yield replace(postgres_storage(database, replica), readiness=PostgresReadiness(database, offset))
            await replica.close()
        following.cancel()
        await asyncio.wait([following])


class MemoryStorage(Provider):
    """Storage in memory; data is lost when the process ends."""

    @provide(scope=Scope.APP)
    def storage(self) -> Storage:
        return memory_storage()


def pool_limits(settings: Settings) -> PoolLimits:
    """Select the settings of the connection pool."""
    return PoolLimits(
        min_size=settings.pool_min_size,
        max_size=settings.pool_max_size,
        acquire_timeout=settings.pool_acquire_timeout,
        command_timeout=settings.command_timeout,
        statement_timeout=settings.statement_timeout,
        lock_timeout=settings.lock_timeout,
        idle_in_transaction_timeout=settings.idle_in_transaction_timeout,
    )
