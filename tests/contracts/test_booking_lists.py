"""Filters and orders of booking lists, compared with filtering and sorting in Python."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import get_args
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from builders import TOMORROW, stored_booking, stored_session, stored_user
from fakes import NOW
from marketplace.core.domain.booking_details import BookingFilters, BookingOrdering
from marketplace.core.domain.booking_steps import BookingStatus
from marketplace.core.domain.bookings import Booking
from marketplace.core.domain.sessions import Session
from marketplace.core.ports.storage import Storage

DAY = timedelta(days=1)
STATUSES: tuple[BookingStatus, ...] = get_args(BookingStatus)
ORDERINGS: tuple[BookingOrdering, ...] = get_args(BookingOrdering)
SETS: tuple[frozenset[BookingStatus], ...] = (
    frozenset(),
    frozenset({"pending"}),
    frozenset({"pending", "confirmed"}),
    frozenset({"cancelled", "completed", "pending"}),
    frozenset(STATUSES),
)
WINDOWS = (
    (None, None),
    (TOMORROW + 3 * DAY, None),
    (None, TOMORROW + 7 * DAY),
    (TOMORROW + DAY, TOMORROW + 9 * DAY),
    (datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)),
)


@dataclass(frozen=True, slots=True)
class World:
    """A creator with two sessions, a learner who booked both, other learners and another creator."""

    storage: Storage
    sessions: tuple[Session, Session]
    learner_id: UUID
    bookings: list[Booking]

    async def ids(self, party: str, filters: BookingFilters, limit: int = 100, after: str | None = None) -> list[UUID]:
        """Return all ids of a list, page by page."""
        lists = self.storage.booking_lists
        found: list[UUID] = []
        while True:
            if party == "user":
                page = await lists.of_user(self.learner_id, limit, after, filters)
            else:
                page = await lists.of_creator(self.sessions[0].creator_id, limit, after, filters)
            assert len(page.items) == limit or page.next is None
            found += [booking.id for booking in page.items]
            after = page.next
            if after is None:
                return found

    def expected(self, party: str, filters: BookingFilters) -> list[UUID]:
        """The same filters as passed to the port."""

        def place(booking: Booking) -> tuple[datetime, UUID]:
            return (booking.created_at if "created_at" in filters.ordering else booking.starts_at), booking.id

        person = self.learner_id if party == "user" else self.sessions[0].creator_id
        found = [
            booking
            for booking in self.bookings
            if person == (booking.user_id if party == "user" else booking.creator_id)
            and (not filters.statuses or booking.status in filters.statuses)
            and filters.session in {None, booking.session_id}
            and (filters.starts_from is None or booking.starts_at >= filters.starts_from)
            and (filters.starts_to is None or booking.starts_at < filters.starts_to)
        ]
        return [each.id for each in sorted(found, key=place, reverse=filters.ordering.startswith("-"))]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(storage: Storage) -> AsyncIterator[World]:
    mine = await stored_session(storage, max_participants=99)
    also_mine = await stored_session(storage, creator_id=mine.creator_id, max_participants=99)
    elsewhere = await stored_session(storage, max_participants=99)
    learner, other = await stored_user(storage), await stored_user(storage)
    bookings = [
        await stored_booking(
            storage,
            (mine, also_mine, mine, elsewhere)[number // 2 % 4],
            (learner, other)[number % 2].id,
            starts_at=TOMORROW + (number // 2 * 7 % 20) * DAY / 2,
            created_at=NOW + (number * 13 % 8) * timedelta(minutes=1),
            status=STATUSES[(number * 3 + number // 4) % 4],
        )
        for number in range(40)
    ]
    yield World(storage, (mine, also_mine), learner.id, bookings)


@pytest.mark.parametrize("party", ["user", "creator"])
@pytest.mark.parametrize("ordering", ORDERINGS)
@pytest.mark.parametrize("statuses", SETS, ids=lambda statuses: " ".join(sorted(statuses)) or "any")
async def test_list_has_matching_bookings_in_requested_order(
    world: World, party: str, ordering: BookingOrdering, statuses: frozenset[BookingStatus]
) -> None:
    some = 0
    for (starts_from, starts_to), session in product(WINDOWS, (None, *(session.id for session in world.sessions))):
        filters = BookingFilters(
            statuses=statuses,
            session=session,
            starts_from=starts_from,
            starts_to=starts_to,
            ordering=ordering,
        )
        expected = world.expected(party, filters)
        some += len(expected)
        assert await world.ids(party, filters) == expected, filters
        assert await world.ids(party, filters, limit=3) == expected, filters
    assert some > 10


@pytest.mark.parametrize("party", ["user", "creator"])
async def test_list_without_filters_has_everything_newest_first(world: World, party: str) -> None:
    lists = world.storage.booking_lists
    read, person = (
        (lists.of_user, world.learner_id) if party == "user" else (lists.of_creator, world.sessions[0].creator_id)
    )

    page = await read(person, 100, None)

    assert [booking.id for booking in page.items] == world.expected(party, BookingFilters())
    assert len(page.items) == (20 if party == "user" else 30)


@pytest.mark.parametrize("party", ["user", "creator"])
@pytest.mark.parametrize("ordering", ORDERINGS)
async def test_unknown_or_foreign_session_filter_matches_no_bookings(
    world: World, party: str, ordering: BookingOrdering
) -> None:
    booked = await stored_booking(world.storage, await stored_session(world.storage))

    for session_id in (uuid4(), booked.session_id):
        assert await world.ids(party, BookingFilters(session=session_id, ordering=ordering)) == []


@pytest.mark.parametrize("ordering", ["booking_date", "-booking_date"])
async def test_pages_by_start_are_stable_while_bookings_are_added(storage: Storage, ordering: BookingOrdering) -> None:
    session, learner = await stored_session(storage), await stored_user(storage)
    created = [
        await stored_booking(storage, session, learner.id, starts_at=TOMORROW + day * DAY) for day in (8, 2, 6, 4)
    ]
    filters, read = BookingFilters(ordering=ordering), storage.booking_lists.of_user

    pages = [await read(learner.id, 2, None, filters)]
    for day in (1, 3, 5, 7, 9):
        await stored_booking(storage, session, learner.id, starts_at=TOMORROW + day * DAY)
    while (after := pages[-1].next) is not None:
        pages.append(await read(learner.id, 2, after, filters))

    seen = [booking.id for page in pages for booking in page.items]
    expected = [created[place].id for place in (1, 3, 2, 0)]
    assert [each for each in seen if each in expected] == (expected if ordering == "booking_date" else expected[::-1])
    assert len(seen) == len(set(seen))
