"""Words of sessions that the release before migration 0036 indexed."""

import asyncio
from dataclasses import replace

import asyncpg

from builders import a_session, services_over, stored_user
from fakes import NOW
from marketplace.adapters.postgres.catalog.lexemes import RENAMED_AT_ONCE
from marketplace.core.domain.catalog import CatalogFilters
from marketplace.core.domain.search import tokens
from postgres.workers import opened

OTHERS = 5
AS_BEFORE = "UPDATE sessions SET searched = $2::tsvector WHERE id = $1"


async def test_session_of_the_release_before_is_indexed_by_the_job(empty_database: str) -> None:
    async with opened(empty_database) as storage:
        creator = await stored_user(storage, role="creator", last_name="Marlinspike")
        session = a_session(creator_id=creator.id, title="Knots", description="", category="seafaring")
        async with storage.unit_of_work() as tx:
            await tx.sessions.add(session)
        connection = await asyncpg.connect(empty_database)
        try:
            await connection.execute(AS_BEFORE, session.id, "'knots':1A")
        finally:
            await connection.close()

        async def found(text: str) -> int:
            filters = CatalogFilters(words=tokens(text), ordering="relevance")
            return len((await storage.catalog.list(filters, 10, None, NOW)).items)

        before = [await found(text) for text in ("knots", "seafaring", "marlinspike", "knotting")]
        await services_over(storage).session_words.index_outdated()
        after = [await found(text) for text in ("knots", "seafaring", "marlinspike", "knotting")]

        async with storage.unit_of_work() as tx:
            left = await tx.sessions.index_outdated(10)

    assert before[:3] == [1, 0, 0]
    assert after == [1, 1, 1, 1]
    assert left == 0


async def test_place_that_an_earlier_release_kept_with_its_accents_is_found_without_them_by_the_job(
    empty_database: str,
) -> None:
    async with opened(empty_database) as storage:
        creator = await stored_user(storage, role="creator")
        sessions = [a_session(creator_id=creator.id, place=place) for place in ("Köln", "KÖLN", "京都", "Rome")]
        async with storage.unit_of_work() as tx:
            for each in sessions:
                await tx.sessions.add(each)
        connection = await asyncpg.connect(empty_database)
        try:
            await connection.execute("UPDATE sessions SET place_key = 'köln' WHERE place ILIKE 'köln'")
        finally:
            await connection.close()

        async def found(place: str) -> int:
            return len((await storage.catalog.list(CatalogFilters(place=place), 10, None, NOW)).items)

        before = await found("koln")
        async with storage.unit_of_work() as tx:
            indexed = [await tx.sessions.index_outdated(1) for _ in range(3)]
        after = [await found(place) for place in ("koln", "Köln", "京都", "rome")]

    assert before == 0
    assert indexed == [1, 1, 0]
    assert after == [2, 2, 1, 1]


async def test_session_that_is_edited_before_the_job_is_still_found_by_its_creator_after_it(
    empty_database: str,
) -> None:
    async with opened(empty_database) as storage:
        creator = await stored_user(storage, role="creator", last_name="Marlinspike")
        session = a_session(creator_id=creator.id, title="Knots")
        async with storage.unit_of_work() as tx:
            await tx.sessions.add(session)
        connection = await asyncpg.connect(empty_database)
        try:
            await connection.execute(AS_BEFORE, session.id, "'knots':1A")
        finally:
            await connection.close()
        async with storage.unit_of_work() as tx:
            await tx.sessions.save(replace(session, title="Splices"))

        await services_over(storage).session_words.index_outdated()

        filters = CatalogFilters(words=("marlinspike",), ordering="relevance")
        assert len((await storage.catalog.list(filters, 10, None, NOW)).items) == 1


async def test_new_name_of_a_creator_with_many_sessions_is_indexed_by_a_job(empty_database: str) -> None:
    async with opened(empty_database) as storage:
        services = services_over(storage)
        creator = await stored_user(storage, role="creator", last_name="Beforename")
        sessions = [a_session(creator_id=creator.id) for _ in range(RENAMED_AT_ONCE + OTHERS)]
        async with storage.unit_of_work() as tx:
            for each in sessions:
                await tx.sessions.add(each)

        async def found(text: str) -> int:
            filters = CatalogFilters(words=tokens(text), ordering="relevance")
            return len((await storage.catalog.list(filters, 2 * len(sessions), None, NOW)).items)

        async with storage.unit_of_work() as tx:
            await tx.users.save(replace(creator, last_name="Aftername"))
        at_once = [await found(text) for text in ("beforename", "aftername")]
        connection = await asyncpg.connect(empty_database)
        try:
            queued = await connection.fetch("SELECT subject FROM jobs WHERE kind = 'index_names'")
        finally:
            await connection.close()
        for row in queued:
            await services.handlers()["index_names"](row["subject"])
        later = [await found(text) for text in ("beforename", "aftername")]

    assert at_once == [OTHERS, RENAMED_AT_ONCE]
    assert later == [0, len(sessions)]


async def test_session_that_is_created_while_its_creators_new_name_is_not_committed_has_the_new_name(
    empty_database: str,
) -> None:
    async with opened(empty_database) as storage:
        creator = await stored_user(storage, role="creator", last_name="Beforename")

        async def create() -> None:
            async with storage.unit_of_work() as tx:
                await tx.sessions.add(a_session(creator_id=creator.id, title="Knots"))

        async with storage.unit_of_work() as tx:
            await tx.users.save(replace(creator, last_name="Aftername"))
            creating = asyncio.create_task(create())
            await asyncio.wait([creating], timeout=0.3)
            was_done = creating.done()
        await creating

        filters = CatalogFilters(words=("aftername",), ordering="relevance")
        assert not was_done
        assert len((await storage.catalog.list(filters, 10, None, NOW)).items) == 1
