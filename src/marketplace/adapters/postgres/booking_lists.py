"""Lists of bookings in PostgreSQL: from kept sessions, and the first pages of many people by one statement."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial
from itertools import groupby
from uuid import UUID

import asyncpg

from marketplace.adapters.postgres.bookings import (
    DETAILS,
    FIND,
    FIND_ALL,
    FIND_OF_SLOT,
    HAS_SEAT,
    IS_HOLDER,
    booking_history,
)
from marketplace.adapters.postgres.bookings_query import PARTIES, BookingsStatement, Party, first_pages
from marketplace.adapters.postgres.connection.pool import Database, Rows
from marketplace.adapters.postgres.gathered_reads import GatheredReads
from marketplace.adapters.postgres.kept_sessions import BookedVersion, KeptSessions
from marketplace.adapters.postgres.rows import (
    BOOKED_SESSION,
    BOOKING,
    BOOKING_COLUMNS,
    CONTACT,
    STORED_BOOKING,
    WRITTEN_BY,
    booked_session,
    booking_details_values,
    columns,
    constructor,
    contact,
)
from marketplace.core.domain.booking_details import ANY_BOOKING, BookingDetails, BookingFilters, BookingHistory
from marketplace.core.domain.pages import Page

JOINS = """
    JOIN sessions s ON s.id = b.session_id
    JOIN users c ON c.id = b.creator_id
    JOIN users u ON u.id = b.user_id
"""
PARTS = f"{BOOKING_COLUMNS}, {WRITTEN_BY}, {columns('u', CONTACT, 'u_')}"
"""A booking `b`, the version of its session, and its learner `u`."""
VERSION, LEARNER = len(BOOKING), len(BOOKING) + 2
AFTER_LEARNER = LEARNER + len(CONTACT)
SESSION_ID, USER_ID = BOOKING.index("session_id"), BOOKING.index("user_id")
OF_PAGE = "WHERE b.id = ANY(ARRAY({ids})) {order}"
WHOLE = f"{DETAILS} {OF_PAGE}"
IN_PARTS = f"SELECT {PARTS} FROM bookings b {JOINS} {OF_PAGE}"  # noqa: S608 - column names
FIRST_PAGES = {party: first_pages(party) for party in PARTIES}
TOGETHER = {
    party: f"SELECT {PARTS}, asked.place FROM {pages} JOIN bookings b ON b.id = page.id {JOINS} {order}"  # noqa: S608
    for party, (pages, order) in FIRST_PAGES.items()
}
MAX_GATHERED = 20
"""Bookings of a page that is read together with others."""
# The array is a subquery, so that the planner does not see its length and keeps one plan.
SESSIONS = f"""
    SELECT {BOOKED_SESSION}, {WRITTEN_BY} FROM sessions s JOIN users c ON c.id = s.creator_id
    WHERE s.id = ANY ((SELECT $1::uuid[])::uuid[])
"""  # noqa: S608 - column names

_booking_details = constructor(BookingDetails, STORED_BOOKING)


class PostgresBookingLists:
    """`BookingLists` over the pool."""

    def __init__(self, database: Database, sessions: KeptSessions | None = None) -> None:
        self._database = database
        self._sessions = sessions or KeptSessions()
        self._first_pages = {party: GatheredReads(partial(self._read_first, party)) for party in PARTIES}

    async def find(self, booking_id: UUID) -> BookingHistory | None:
        row = await self._database.fetchrow(FIND, booking_id)
        return booking_history(row) if row else None

    async def histories(self, booking_ids: Sequence[UUID]) -> tuple[BookingHistory, ...]:
        rows = await self._database.fetch(FIND_ALL, booking_ids)
        return tuple(booking_history(row) for row in rows)

    async def of_slot(self, session_id: UUID, starts_at: datetime) -> tuple[BookingHistory, ...]:
        rows = await self._database.fetch(FIND_OF_SLOT, session_id, starts_at)
        return tuple(booking_history(row) for row in rows)

    async def is_holder(self, user_id: UUID, session_id: UUID) -> bool:
        return await self._database.fetchrow(IS_HOLDER, user_id, session_id) is not None

    async def has_seat(self, user_id: UUID, session_id: UUID) -> bool:
        return await self._database.fetchrow(HAS_SEAT, user_id, session_id) is not None

    async def of_user(
        self, user_id: UUID, limit: int, after: str | None, filters: BookingFilters = ANY_BOOKING
    ) -> Page[BookingDetails]:
        return await self._page("user_id", user_id, limit, after, filters)

    async def of_creator(
        self, creator_id: UUID, limit: int, after: str | None, filters: BookingFilters = ANY_BOOKING
    ) -> Page[BookingDetails]:
        return await self._page("creator_id", creator_id, limit, after, filters)

    async def _page(
        self, party: Party, person: UUID, limit: int, after: str | None, filters: BookingFilters
    ) -> Page[BookingDetails]:
        if after is None and limit <= MAX_GATHERED and filters == ANY_BOOKING:
            return await self._first_pages[party].read((person, limit))
        return await self._read(BookingsStatement(party, person, filters), limit, after)

    async def _read(self, query: BookingsStatement, limit: int, after: str | None) -> Page[BookingDetails]:
        ids, arguments = query.statement(limit, after)
        is_in_parts = self._sessions.is_on  # which may change while the statement runs
        statement = (IN_PARTS if is_in_parts else WHOLE).format(ids=ids, order=query.order)
        rows = await self._database.fetch(statement, *arguments)
        if is_in_parts:
            items = await self._from_parts(rows[:limit])
        else:
            items = [_booking_details(*booking_details_values(row)) for row in rows[:limit]]
        return Page(tuple(items), query.position(items[-1]) if len(rows) > limit else None)

    async def _read_first(self, party: Party, asked: Sequence[tuple[UUID, int]]) -> Sequence[Page[BookingDetails]]:
        """Read the first pages of people. One that is asked for twice is read once."""
        distinct = dict.fromkeys(asked)
        if len(distinct) == 1:
            [(person, limit)] = distinct
            return [await self._read(BookingsStatement(party, person, ANY_BOOKING), limit, None)] * len(asked)
        people, sizes = [person for person, _ in distinct], [limit + 1 for _, limit in distinct]
        rows = await self._database.fetch(TOGETHER[party], people, sizes)
        found = iter(zip(rows, await self._from_parts(rows), strict=True))
        by_place = {
            place: [each for _, each in of_one] for place, of_one in groupby(found, lambda each: each[0]["place"])
        }
        pages = {}
        for place, (person, limit) in enumerate(distinct, 1):
            items = by_place.get(place, [])
            is_last, shown = len(items) <= limit, tuple(items[:limit])
            query = BookingsStatement(party, person, ANY_BOOKING)
            pages[person, limit] = Page(shown, None if is_last else query.position(shown[-1]))
        return [pages[each] for each in asked]

    async def _from_parts(self, rows: Rows) -> list[BookingDetails]:
        """Convert rows that start with the columns of `PARTS`, and read the sessions that are not kept."""
        versions = [BookedVersion(row[SESSION_ID], row[VERSION], row[VERSION + 1]) for row in rows]
        sessions = self._sessions.find(set(versions))
        missing = {version.id for version in versions if version not in sessions}
        if missing:
            found = {
                _booked_version(row): booked_session(row) for row in await self._database.fetch(SESSIONS, [*missing])
            }
            self._sessions.keep(found)
            # a session that has changed since the list was read is shown as it is now
            newest = {version.id: session for version, session in found.items()}
            sessions |= {version: newest[version.id] for version in versions if version.id in missing}
        learners = {row[USER_ID]: row for row in rows}
        contacts = {user_id: contact(*row[LEARNER:AFTER_LEARNER]) for user_id, row in learners.items()}
        return [
            _booking_details(*row[:VERSION], sessions[version], contacts[row[USER_ID]])
            for row, version in zip(rows, versions, strict=True)
        ]


def _booked_version(row: asyncpg.Record) -> BookedVersion:
    return BookedVersion(row[0], row["version"], row["creator_version"])
