"""A standby answers the public lists; if it cannot, the primary does without an error."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
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
from marketplace.core.ports.storage import Storage
from marketplace.http.kept import KeptAnswers
from postgres.standby import standby_of

SOON = ReplicaPolicy(
    max_lag=timedelta(seconds=2), check_interval=timedelta(milliseconds=20), pause=timedelta(milliseconds=200)
)


class Pair:
    """A primary and its standby, and storage over both."""

    def __init__(self, storage: Storage, primary: str, standby: str, folder: Path) -> None:
        self.storage = storage
        self.primary = primary
        self.standby = standby
        self.folder = folder

    async def titles(self) -> set[str]:
        page = await self.storage.catalog.list(CatalogFilters(), 100, None, NOW)
        return {session.title for session in page.items}

    async def shows(self, title: str, within: float = 5) -> bool:
        """Wait until a title is listed; return whether it is."""
        end = asyncio.get_running_loop().time() + within
        while asyncio.get_running_loop().time() < end:
            if title in await self.titles():
                return True
            await asyncio.sleep(0.05)
        return False

    async def on_standby(self, statement: str) -> Any:
        connection = await asyncpg.connect(self.standby)
        try:
            return await connection.fetchval(statement)
        finally:
            await connection.close()

    async def pause_replay(self) -> None:
        """Stop the standby's replay; return when it has stopped, which the request for it does not wait for."""
        await self.on_standby("SELECT pg_wal_replay_pause()")
        end = asyncio.get_running_loop().time() + 10
        while asyncio.get_running_loop().time() < end:
            if await self.on_standby("SELECT pg_get_wal_replay_pause_state()") == "paused":
                return
            await asyncio.sleep(0.01)
        raise TimeoutError

    async def resume_replay(self) -> None:
        await self.on_standby("SELECT pg_wal_replay_resume()")


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def pair(tmp_path_factory: Any) -> AsyncIterator[Pair]:
    folder = tmp_path_factory.mktemp("pair")
    async with AsyncExitStack() as stack:
        primary = stack.enter_context(embedded_postgres(folder / "a"))
        await migrate(primary)
        standby = stack.enter_context(standby_of(primary, folder / "b"))
        database = await connect(primary)
        stack.push_async_callback(database.close)

        async def opened() -> Database:
            return await connect(standby)

        replica = Replica(opened, database, SOON)
        stack.push_async_callback(replica.close)
        yield Pair(postgres_storage(database, replica), primary, standby, folder)


async def test_lists_are_read_from_standby(pair: Pair) -> None:
    await stored_session(pair.storage, title="Before")
    assert await pair.shows("Before")
    assert await pair.on_standby("SELECT pg_is_in_recovery()")
    await pair.pause_replay()
    try:
        session = await stored_session(pair.storage, title="Meanwhile")
        assert "Meanwhile" not in await pair.titles()
        # a single session is read from the primary, so its creator sees it immediately
        assert await pair.storage.catalog.find(session.id, NOW) is not None
    finally:
        await pair.resume_replay()
    assert await pair.shows("Meanwhile")


async def test_lagging_standby_is_not_used_until_it_has_caught_up(pair: Pair) -> None:
    await stored_session(pair.storage, title="Known to both")
    assert await pair.shows("Known to both")
    await pair.pause_replay()
    try:
        await stored_session(pair.storage, title="Too new")
        assert await pair.shows("Too new", within=10)
        assert await pair.on_standby("SELECT count(*) FROM sessions WHERE title = 'Too new'") == 0
    finally:
        await pair.resume_replay()
    await asyncio.sleep(2 * SOON.pause.total_seconds())
    await stored_session(pair.storage, title="Caught up")
    assert await pair.shows("Caught up")
    await asyncio.sleep(2 * SOON.pause.total_seconds())
    assert "Caught up" in await pair.titles()
    await pair.pause_replay()
    try:
        await stored_session(pair.storage, title="Newer still")
        assert "Newer still" not in await pair.titles()
    finally:
        await pair.resume_replay()


async def test_versions_of_sessions_are_those_of_the_primary(pair: Pair) -> None:
    database = await connect(pair.primary)
    primary = postgres_storage(database)
    try:
        session = await stored_session(pair.storage, title="Version 1")
        assert await pair.shows("Version 1")
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
    assert await pair.shows("Version 2")
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
    replica = Replica(lambda: connect(gone), database, SOON)
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
    replica = Replica(lambda: connect(other), database, SOON)
    try:
        row = await replica.fetchrow("SELECT current_database() AS name")
        assert row is not None
        assert row["name"] == "marketplace"
    finally:
        await replica.close()
        await database.close()
