"""Lists of bookings are read together, and from sessions kept by row version, and never show what has changed since."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from typing import cast
from uuid import UUID, uuid4

import pytest

from builders import TOMORROW, stored_booking, stored_session, stored_user, stored_users
from marketplace.adapters.postgres.booking_lists import PostgresBookingLists
from marketplace.adapters.postgres.connection.pool import Database, PoolLimits, Rows, connect
from marketplace.adapters.postgres.kept_sessions import KeptSessions
from marketplace.adapters.postgres.storage import postgres_storage
from marketplace.core.domain.booking_details import BookingDetails, BookingFilters
from marketplace.core.domain.pages import Page
from marketplace.core.ports.storage import Storage
from postgres.query_plans import Watched, watched

LIMIT = 3
HAND_OVER = 10
"""Seconds within which announcements are heard."""


class Heard:
    """Records when announcements are heard; what was kept before is dropped then."""

    def __init__(self) -> None:
        self.is_heard = asyncio.Event()

    def resume(self) -> None:
        self.is_heard.set()

    def suspend(self) -> None:
        self.is_heard.clear()

    def drop(self, creator_id: UUID | None = None) -> None:
        """Keep no answers."""


@asynccontextmanager
async def keeping(storage: Storage) -> AsyncIterator[None]:
    """Hear the announcements of the database, so that sessions are kept."""
    heard = Heard()
    listening = asyncio.create_task(storage.announcements.listen(heard))
    try:
        async with asyncio.timeout(HAND_OVER):
            await heard.is_heard.wait()
        yield
    finally:
        listening.cancel()
        with suppress(asyncio.CancelledError):
            await listening


async def booked(storage: Storage, learners: int, *numbers: int) -> tuple[list[UUID], list[UUID]]:
    """Store bookings of two creators' sessions: as many for each learner as said. Return the creators and learners."""
    creators = await stored_users(storage, 2, role="creator")
    sessions = [await stored_session(storage, creator_id=each.id, max_participants=99) for each in creators]
    people = await stored_users(storage, learners)
    for person, number in zip(people, numbers, strict=True):
        for place in range(number):
            start = TOMORROW + timedelta(hours=2 * place)
            await stored_booking(storage, sessions[place % 2], person.id, starts_at=start)
    return [each.id for each in creators], [each.id for each in people]


async def own(program: Watched, person: UUID, limit: int = LIMIT) -> Page[BookingDetails]:
    return await program.storage.booking_lists.of_user(person, limit, None)


@pytest.mark.parametrize("is_kept", [False, True])
async def test_first_pages_asked_for_at_once_share_statements_and_are_those_of_single_reads(
    database: str, *, is_kept: bool
) -> None:
    async with watched(database) as program:
        creators, learners = await booked(program.storage, 4, 0, 2, 3, 5)
        asked = [*learners, *learners, uuid4()]

        async def read() -> list[Page[BookingDetails]]:
            lists = program.storage.booking_lists
            together = [*(lists.of_user(each, LIMIT, None) for each in asked)]
            together += [lists.of_creator(each, limit, None) for each in creators for limit in (2, 20)]
            return await asyncio.gather(*together)

        if is_kept:
            async with keeping(program.storage):
                found, sent = await read(), await program.sent_by(read())
        else:
            found, sent = await read(), await program.sent_by(read())

        lists = program.storage.booking_lists
        alone = [await own(program, each) for each in asked]
        alone += [await lists.of_creator(each, limit, None) for each in creators for limit in (2, 20)]
        assert found == alone
        assert [(len(page.items), page.next is not None) for page in found[:4]] == [
            (0, False),
            (2, False),
            (3, False),
            (3, True),
        ]
        assert len(sent) == (4 if is_kept else 6)


async def test_page_of_kept_sessions_is_one_statement_that_names_no_text_of_a_session(database: str) -> None:
    async with watched(database) as program, keeping(program.storage):
        _, [learner] = await booked(program.storage, 1, 2)
        first = await program.sent_by(own(program, learner))

        again = await program.sent_by(own(program, learner))

        assert [len(first), len(again)] == [2, 1]
        assert "s.description" not in again[0].query


async def test_edited_session_and_renamed_creator_are_seen_by_the_next_list(database: str) -> None:
    async with watched(database) as program, keeping(program.storage):
        storage = program.storage
        [creator, _], [learner] = await booked(storage, 1, 1)
        [before] = (await own(program, learner)).items
        async with storage.unit_of_work() as tx:
            session = await tx.sessions.acquire(before.session_id)
            await tx.sessions.save(replace(session, title="Bread in winter"))
        [edited] = (await own(program, learner)).items
        async with storage.unit_of_work() as tx:
            user = await tx.users.acquire(creator)
            await tx.users.save(replace(user, first_name="Renamed"))
        [renamed] = (await own(program, learner)).items

        assert edited.session_details.title == "Bread in winter"
        assert renamed.session_details.creator_details.first_name == "Renamed"
        assert renamed.terms == before.terms


async def test_learner_who_was_renamed_is_seen_by_the_next_list_of_the_creator(database: str) -> None:
    async with watched(database) as program, keeping(program.storage):
        storage = program.storage
        [creator, _], [learner] = await booked(storage, 1, 1)
        await storage.booking_lists.of_creator(creator, LIMIT, None)
        async with storage.unit_of_work() as tx:
            user = await tx.users.acquire(learner)
            await tx.users.save(replace(user, first_name="Renamed"))

        [shown] = (await storage.booking_lists.of_creator(creator, LIMIT, None)).items

        assert shown.user_details.first_name == "Renamed"


async def test_nothing_is_kept_once_announcements_are_not_heard(database: str) -> None:
    async with watched(database) as program:
        _, [learner] = await booked(program.storage, 1, 2)
        async with keeping(program.storage):
            kept = await own(program, learner)
        sent = await program.sent_by(own(program, learner))

        assert await own(program, learner) == kept
        assert [("s.description" in each.query) for each in sent] == [True]


class Interrupted:
    """A database during whose reads announcements are lost, or heard again."""

    def __init__(self, database: Database, sessions: KeptSessions) -> None:
        self._database = database
        self._sessions = sessions

    async def fetch(self, statement: str, *arguments: object) -> Rows:
        rows = await self._database.fetch(statement, *arguments)
        if self._sessions.is_on:
            self._sessions.suspend()
        else:
            self._sessions.resume()
        return rows


async def test_list_is_right_though_announcements_are_lost_or_heard_again_meanwhile(database: str) -> None:
    opened, sessions = await connect(database, PoolLimits(min_size=1, max_size=2)), KeptSessions()
    try:
        _, [learner] = await booked(postgres_storage(opened), 1, 2)
        expected = await PostgresBookingLists(opened).of_user(learner, LIMIT, None)
        lists = PostgresBookingLists(cast("Database", Interrupted(opened, sessions)), sessions)

        for _ in ("heard again", "lost", "heard again"):
            assert await lists.of_user(learner, LIMIT, None) == expected
    finally:
        await opened.close()


async def test_later_pages_and_filtered_lists_continue_the_first_page(database: str) -> None:
    async with watched(database) as program, keeping(program.storage):
        _, [learner] = await booked(program.storage, 1, 5)
        lists = program.storage.booking_lists
        everything = (await lists.of_user(learner, 99, None)).items
        first = await own(program, learner)
        rest = await lists.of_user(learner, LIMIT, first.next)
        confirmed = await lists.of_user(learner, 99, None, BookingFilters(statuses=frozenset({"confirmed"})))

        assert (*first.items, *rest.items) == everything
        assert confirmed.items == tuple(each for each in everything if each.status == "confirmed")
        assert (await stored_user(program.storage)).id not in {each.user_id for each in everything}
