"""A standby answers the public lists; if it cannot, the primary does without an error."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest_asyncio

from builders import services_over, stored_session
from contracts.harness import owner_of
from fakes import NOW, MovableClock
from marketplace.adapters.postgres.announcements import PostgresAnnouncements
from marketplace.adapters.postgres.connection.pool import Database, connect
from marketplace.adapters.postgres.connection.replica import Replica, ReplicaPolicy
from marketplace.adapters.postgres.embedded.server import embedded_postgres
from marketplace.adapters.postgres.schema.migrate import migrate
from marketplace.adapters.postgres.storage import postgres_storage
from marketplace.core.domain.catalog import CatalogFilters
from marketplace.http.kept import KeptAnswers
from migration_builder import comes
from postgres.standby import standby_of

PATIENT = ReplicaPolicy(
    max_lag=timedelta(minutes=1), check_interval=timedelta(milliseconds=20), pause=timedelta(milliseconds=200)
)
IMPATIENT = replace(PATIENT, max_lag=timedelta(seconds=1))


class Pair:
    """A primary and its standby, and storage over both."""

    def __init__(self, primary: str, standby: str, database: Database, replica: Replica) -> None:
        self.storage = postgres_storage(database, replica)
        self.primary = primary
        self.standby = standby
        self._replica = replica

    async def titles(self) -> set[str]:
        page = await self.storage.catalog.list(CatalogFilters(), 100, None, NOW)
        return {session.title for session in page.items}

    async def shows(self, title: str) -> None:
        """Wait until a title is listed."""

        async def is_listed() -> bool:
            return title in await self.titles()

        await comes(is_listed)

    async def reads_standby(self) -> None:
        """Wait until lists are read from the standby."""

        async def is_read() -> bool:
            row = await self._replica.fetchrow("SELECT pg_is_in_recovery() AS by_standby")
            return row is not None and bool(row["by_standby"])

        await comes(is_read)

    async def on_standby(self, statement: str) -> Any:
        connection = await asyncpg.connect(self.standby)
        try:
            return await connection.fetchval(statement)
        finally:
            await connection.close()

    async def pause_replay(self) -> None:
        """Stop the standby's replay; return when it has stopped, which the request for it does not wait for."""
        await self.on_standby("SELECT pg_wal_replay_pause()")

        async def is_paused() -> bool:
            return bool(await self.on_standby("SELECT pg_get_wal_replay_pause_state()") == "paused")

        await comes(is_paused)

    async def resume_replay(self) -> None:
        await self.on_standby("SELECT pg_wal_replay_resume()")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def addresses(tmp_path_factory: Any) -> AsyncIterator[tuple[str, str]]:
    """Run a primary and its standby."""
    folder = tmp_path_factory.mktemp("pair")
    with embedded_postgres(folder / "a") as primary:
        await migrate(primary)
        with standby_of(primary, folder / "b") as standby:
            yield primary, standby


@asynccontextmanager
async def opened(addresses: tuple[str, str], policy: ReplicaPolicy) -> AsyncIterator[Pair]:
    primary, standby = addresses
    database = await connect(primary)
    replica = Replica(lambda: connect(standby), database, policy)
    try:
        yield Pair(primary, standby, database, replica)
    finally:
        await replica.close()
        await database.close()


@pytest_asyncio.fixture(loop_scope="module")
async def pair(addresses: tuple[str, str]) -> AsyncIterator[Pair]:
    async with opened(addresses, PATIENT) as pair:
        yield pair


async def test_lists_are_read_from_standby(pair: Pair) -> None:
    await stored_session(pair.storage, title="Before")
    await pair.shows("Before")
    await pair.reads_standby()
    await pair.pause_replay()
    try:
        session = await stored_session(pair.storage, title="Meanwhile")
        assert "Meanwhile" not in await pair.titles()
        # a single session is read from the primary, so its creator sees it immediately
        assert await pair.storage.catalog.find(session.id, NOW) is not None
    finally:
        await pair.resume_replay()
    await pair.shows("Meanwhile")


async def test_lagging_standby_is_not_used_until_it_has_caught_up(addresses: tuple[str, str]) -> None:
    async with opened(addresses, IMPATIENT) as pair:
        await pair.reads_standby()
        await pair.pause_replay()
        try:
            await stored_session(pair.storage, title="Too new")
            await pair.shows("Too new")
            assert await pair.on_standby("SELECT count(*) FROM sessions WHERE title = 'Too new'") == 0
        finally:
            await pair.resume_replay()
        await pair.reads_standby()
        await pair.shows("Too new")


async def test_versions_of_sessions_are_those_of_the_primary(pair: Pair) -> None:
    database = await connect(pair.primary)
    primary = postgres_storage(database)
    try:
        session = await stored_session(pair.storage, title="Version 1")
        await pair.shows("Version 1")
        await pair.reads_standby()
        before = (await primary.catalog.read([session.id], NOW))[0][0]
        assert [version for version, _ in await pair.storage.catalog.read([session.id], NOW)] == [before]
        await pair.pause_replay()
        await services_over(primary).sessions.change(owner_of(session), session.id, {"title": "Version 2"})
        after = (await primary.catalog.read([session.id], NOW))[0][0]
        [(lagging, shown)] = await pair.storage.catalog.read([session.id], NOW)
        assert (lagging, shown.title) == (before, "Version 1")
        assert after != before
    finally:
        await pair.resume_replay()
        await database.close()
    await pair.shows("Version 2")
    assert [version for version, _ in await pair.storage.catalog.read([session.id], NOW)] == [after]


async def test_standby_has_no_announcements(pair: Pair) -> None:
    kept = KeptAnswers(MovableClock())
    listening = asyncio.create_task(PostgresAnnouncements(pair.standby).listen(kept))
    await asyncio.sleep(0.5)
    assert not kept.is_on
    listening.cancel()
    await asyncio.gather(listening, return_exceptions=True)


async def test_unavailable_standby_fails_no_request(tmp_path: Path, pair: Pair) -> None:
    database = await connect(pair.primary)
    gone = f"postgresql://marketplace@/marketplace?host={tmp_path}&port=5432"
    replica = Replica(lambda: connect(gone), database, PATIENT)
    alone = postgres_storage(database, replica)
    try:
        await stored_session(alone, title="Without a standby")
        listed = await alone.catalog.list(CatalogFilters(), 100, None, NOW)
        assert "Without a standby" in {session.title for session in listed.items}
    finally:
        await replica.close()
        await database.close()


async def test_server_without_primary_is_not_used_as_standby(pair: Pair) -> None:
    database = await connect(pair.primary)
    other = pair.primary.replace("/marketplace?", "/postgres?")
    replica = Replica(lambda: connect(other), database, PATIENT)
    try:
        row = await replica.fetchrow("SELECT current_database() AS name")
        assert row is not None
        assert row["name"] == "marketplace"
    finally:
        await replica.close()
        await database.close()
