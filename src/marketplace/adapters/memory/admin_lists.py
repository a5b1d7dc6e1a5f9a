"""The lists of the back office, sought among everything."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator
from dataclasses import fields
from typing import Any, Generic, TypeVar
from uuid import UUID

from marketplace.adapters.memory.audit import details_of
from marketplace.adapters.memory.database import MemoryDatabase
from marketplace.core.domain.admin_lists import (
    AccountRow,
    BookingRow,
    ListedAuditFilters,
    ListedBookingFilters,
    ListedSessionFilters,
    ListedUserFilters,
    PersonName,
    Search,
    SessionName,
    SessionRow,
    name_key,
    searched_words,
)
from marketplace.core.domain.audit import AuditDetails, AuditEntry, email_addresses
from marketplace.core.domain.bookings import Booking
from marketplace.core.domain.pages import NumberedPage
from marketplace.core.domain.search import title_key
from marketplace.core.domain.sessions import Session
from marketplace.core.domain.users import User, fold
from marketplace.core.ports.admin_lists import AdminLists

F = TypeVar("F", ListedUserFilters, ListedSessionFilters, ListedBookingFilters, ListedAuditFilters)
R = TypeVar("R")

BATCH = 100
Test = tuple[object, Callable[[Any], bool]]
"""A filter's value, `None` where it is not asked for, and whether it holds."""


class MemoryAdminList(Generic[F, R]):
    """One list, given what makes it: which rows match, what they are ordered by, how one is shown."""

    def __init__(self, found: Callable[[F], Iterator[Any]], keys: dict[str, Any], shown: Callable[[Any], R]) -> None:
        self._found: Callable[[Any], Iterator[Any]] = found
        self._keys = keys
        self._shown = shown

    async def page(self, filters: F, offset: int, limit: int) -> NumberedPage[R]:
        """See the port."""
        await asyncio.sleep(0)
        rows = self._ordered(filters)
        return NumberedPage(tuple(self._shown(row) for row in rows[offset : offset + limit]), len(rows))

    async def matching(self, filters: F, maximum: int) -> tuple[UUID, ...]:
        """See the port."""
        await asyncio.sleep(0)
        return tuple(row.id for row in self._ordered(filters)[:maximum])

    async def batches(self, filters: F) -> AsyncGenerator[tuple[R, ...], None]:
        """See the port."""
        rows = [self._shown(row) for row in self._ordered(filters)]
        for start in range(0, len(rows), BATCH):
            await asyncio.sleep(0)
            yield tuple(rows[start : start + BATCH])

    def _ordered(self, filters: F) -> list[Any]:
        key = self._keys[filters.ordering.removeprefix("-")]
        return sorted(
            self._found(filters), key=lambda row: (key(row), row.id), reverse=filters.ordering.startswith("-")
        )


def memory_admin_lists(database: MemoryDatabase) -> AdminLists:
    """All four over one database."""
    lists = _Lists(database)
    return AdminLists(
        users=MemoryAdminList(
            lists.users,
            {
                "date_joined": lambda user: user.date_joined,
                "email": lambda user: fold(user.email),
                "username": lambda user: fold(user.username),
                "last_name": lambda user: name_key(user.last_name, user.first_name),
            },
            _account_row,
        ),
        sessions=MemoryAdminList(
            lists.sessions,
            {
                "created_at": lambda session: session.created_at,
                "price": lambda session: session.price,
                "title": lambda session: title_key(session.title),
                "duration": lambda session: session.duration,
            },
            lists.session_row,
        ),
        bookings=MemoryAdminList(
            lists.bookings,
            {
                "created_at": lambda booking: booking.created_at,
                "booking_date": lambda booking: booking.starts_at,
                "amount": lambda booking: booking.amount,
            },
            lists.booking_row,
        ),
        audit=MemoryAdminList(lists.audit, {"at": lambda entry: entry.at}, lists.audit_row),
    )


class _Lists:
    def __init__(self, database: MemoryDatabase) -> None:
        self._database = database

    def users(self, filters: ListedUserFilters) -> Iterator[User]:
        tests = (
            (filters.search, lambda user: _finds(filters.search, {user.id}, words_of_user(user))),
            (filters.role, lambda user: user.role == filters.role),
            (filters.is_active, lambda user: user.is_active is filters.is_active),
            (filters.is_staff, lambda user: user.is_staff is filters.is_staff),
            (filters.is_superuser, lambda user: user.is_superuser is filters.is_superuser),
            *_span(filters.joined_from, filters.joined_to, lambda user: user.date_joined),
        )
        return _passing(self._database.users.rows.values(), tests)

    def sessions(self, filters: ListedSessionFilters) -> Iterator[Session]:
        tests = (
            (filters.search, lambda session: self._finds_session(filters.search, session)),
            (filters.status, lambda session: session.status == filters.status),
            (filters.is_hidden, lambda session: (session.hidden_at is not None) is filters.is_hidden),
            (filters.is_archived, lambda session: (session.archived_at is not None) is filters.is_archived),
            (filters.is_featured, lambda session: (session.featured_at is not None) is filters.is_featured),
            (filters.creator, lambda session: session.creator_id == filters.creator),
            (filters.min_price, lambda session: session.price >= filters.min_price),
            (filters.max_price, lambda session: session.price <= filters.max_price),
            *_span(filters.created_from, filters.created_to, lambda session: session.created_at),
        )
        return _passing(self._database.sessions.rows.values(), tests)

    def bookings(self, filters: ListedBookingFilters) -> Iterator[Booking]:
        tests = (
            (filters.search, lambda booking: self._finds_booking(filters.search, booking)),
            (filters.status, lambda booking: booking.status == filters.status),
            (filters.session, lambda booking: booking.session_id == filters.session),
            (filters.creator, lambda booking: booking.creator_id == filters.creator),
            (filters.learner, lambda booking: booking.user_id == filters.learner),
            *_span(filters.starts_from, filters.starts_to, lambda booking: booking.starts_at),
        )
        return _passing(self._database.bookings.rows.values(), tests)

    def audit(self, filters: ListedAuditFilters) -> Iterator[AuditEntry]:
        tests = (
            (filters.search, lambda entry: self._finds_entry(filters.search, entry)),
            (filters.action, lambda entry: entry.action == filters.action),
            (filters.actor, lambda entry: entry.actor_id == filters.actor),
            (filters.target, lambda entry: entry.target_id == filters.target),
            *_span(filters.at_from, filters.at_to, lambda entry: entry.at),
        )
        return _passing(self._database.audit.rows.values(), tests)

    def session_row(self, session: Session) -> SessionRow:
        kept = {field.name: getattr(session, field.name) for field in fields(SessionRow) if field.name != "creator"}
        return SessionRow(**kept, creator=self._person(session.creator_id))

    def booking_row(self, booking: Booking) -> BookingRow:
        people = {"session", "creator", "user"}
        kept = {field.name: getattr(booking, field.name) for field in fields(BookingRow) if field.name not in people}
        return BookingRow(
            **kept,
            session=SessionName(id=booking.session_id, title=self._session(booking).title),
            creator=self._person(booking.creator_id),
            user=self._person(booking.user_id),
        )

    def audit_row(self, entry: AuditEntry) -> AuditDetails:
        return details_of(self._database, entry)

    def _finds_session(self, search: Search | None, session: Session) -> bool:
        words = searched_words(session.title, session.description)
        ids = {session.id, session.creator_id}
        return _finds(search, ids, words, *self._words_of({session.creator_id}))

    def _finds_booking(self, search: Search | None, booking: Booking) -> bool:
        people = {booking.user_id, booking.creator_id}
        ids = {booking.id, booking.session_id, *people}
        return _finds(search, ids, searched_words(self._session(booking).title), *self._words_of(people))

    def _finds_entry(self, search: Search | None, entry: AuditEntry) -> bool:
        people = {entry.actor_id, entry.as_id, entry.target_id}
        return _finds(search, {entry.id, *people}, words_of_entry(entry), *self._words_of(people))

    def _words_of(self, ids: Iterable[UUID | None]) -> Iterator[frozenset[str]]:
        found = (self._database.users.rows.get(each) for each in ids if each is not None)
        return (words_of_user(user) for user in found if user is not None)

    def _person(self, user_id: UUID) -> PersonName:
        user = self._database.users.rows[user_id]
        return PersonName(**{field.name: getattr(user, field.name) for field in fields(PersonName)})

    def _session(self, booking: Booking) -> Session:
        return self._database.sessions.rows[booking.session_id]


def _account_row(user: User) -> AccountRow:
    return AccountRow(**{field.name: getattr(user, field.name) for field in fields(AccountRow)})


def words_of_user(user: User) -> frozenset[str]:
    """What of an account is searched."""
    return searched_words(user.email, user.username, user.first_name, user.last_name)


def words_of_entry(entry: AuditEntry) -> frozenset[str]:
    """What of an entry of the log is searched."""
    return searched_words(entry.action, entry.reason, *email_addresses(entry))


def _finds(search: Search | None, ids: Iterable[UUID | None], *texts: frozenset[str]) -> bool:
    if isinstance(search, UUID):
        return search in ids
    return any(all(any(word.startswith(requested) for word in text) for requested in search or ()) for text in texts)


def _span(minimum: Any, end: Any, of: Callable[[Any], Any]) -> tuple[Test, Test]:
    return (minimum, lambda row: bool(of(row) >= minimum)), (end, lambda row: bool(of(row) < end))


def _passing(rows: Iterable[R], tests: Iterable[Test]) -> Iterator[R]:
    requested = [holds for value, holds in tests if value is not None]
    return (row for row in rows if all(holds(row) for holds in requested))
