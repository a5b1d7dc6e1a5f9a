"""A process whose machine has another time works by the database's, and is not ready."""

import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from marketplace.adapters.postgres.connection.pool import Database, connect
from marketplace.adapters.postgres.database_clock import DatabaseClock
from marketplace.adapters.postgres.readiness import PostgresReadiness
from marketplace.core.domain.clock_offset import ClockOffset
from marketplace.core.errors import Busy

HOUR = timedelta(hours=1)


@pytest.fixture
async def pool(database: str) -> AsyncIterator[Database]:
    opened = await connect(database)
    yield opened
    await opened.close()


async def test_machine_an_hour_behind_is_corrected_and_not_ready(
    pool: Database, caplog: pytest.LogCaptureFixture
) -> None:
    offset = ClockOffset()
    clock = DatabaseClock(pool, offset, lambda: datetime.now(UTC) - HOUR)
    ready = PostgresReadiness(pool, offset)
    await ready.check()

    with caplog.at_level(logging.ERROR):
        for _ in range(2):
            await clock.measure()

    assert abs(offset.ahead - HOUR) < timedelta(seconds=5)
    with pytest.raises(Busy, match="3600 seconds off the database's"):
        await ready.check()
    assert len(caplog.records) == 1


async def test_machine_with_the_databases_time_is_not_corrected(pool: Database) -> None:
    offset = ClockOffset()

    await DatabaseClock(pool, offset).measure()

    assert offset.ahead == timedelta(0)
    await PostgresReadiness(pool, offset).check()
