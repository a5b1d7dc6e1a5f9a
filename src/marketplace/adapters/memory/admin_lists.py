"""The lists of the back office, by scanning every row."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Collection, Iterable, Iterator
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
from marketplace.core.domain.utc_offsets import utc_offset
from marketplace.core.ports.admin_lists import AdminLists

F = TypeVar("F", ListedUserFilters, ListedSessionFilters, ListedBookingFilters, ListedAuditFilters)
R = TypeVar("R")

BATCH_SIZE = 100
Condition = tuple[object, Callable[[Any], bool]]
"""The value of a filter, or `None` if the filter is not set, and the predicate that a row must satisfy."""


class MemoryAdminList(Generic[F, R]):
    """One list, defined by its search, its sort keys and the conversion of an entity to a row."""

    def __init__(self, search: Callable[[F], Iterator[Any]], keys: dict[str, Any], to_row: Callable[[Any], R]) -> None:
        self._search: Callable[[Any], Iterator[Any]] = search
        self._keys = keys
        self._to_row = to_row

    async def page(self, filters: F, offset: int, limit: int) -> NumberedPage[R]:
        await asyncio.sleep(0)
        rows = self._ordered(filters)
        return NumberedPage(tuple(self._to_row(row) for row in rows[offset : offset + limit]), len(rows))

    async def matching(self, filters: F, maximum: int, among: Collection[UUID] | None = None) -> tuple[UUID, ...]:
        await asyncio.sleep(0)
        found = [row.id for row in self._ordered(filters) if among is None or row.id in among]
        return tuple(found[:maximum])

    async def batches(self, filters: F) -> AsyncGenerator[tuple[R, ...], None]:
        rows = [self._to_row(row) for row in self._ordered(filters)]
        for start in range(0, len(rows), BATCH_SIZE):
            await asyncio.sleep(0)
            yield tuple(rows[start : start + BATCH_SIZE])

    def _ordered(self, filters: F) -> list[Any]:
        key = self._keys[filters.ordering.removeprefix("-")]
        return sorted(
            self._search(filters), key=lambda row: (key(row), row.id), reverse=filters.ordering.startswith("-")
        )


def memory_admin_lists(database: MemoryDatabase) -> AdminLists:
    """Build the four lists over one database."""
    lists = _Queries(database)
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


class _Queries:
    def __init__(self, database: MemoryDatabase) -> None:
        self._database = database

    def users(self, filters: ListedUserFilters) -> Iterator[User]:
        conditions = (
            (filters.search, lambda user: _matches(filters.search, {user.id}, words_of_user(user))),
            (filters.role, lambda user: user.role == filters.role),
            (filters.is_active, lambda user: user.is_active is filters.is_active),
            (filters.is_staff, lambda user: user.is_staff is filters.is_staff),
            (filters.is_superuser, lambda user: user.is_superuser is filters.is_superuser),
            *_time_range(filters.joined_from, filters.joined_to, lambda user: user.date_joined),
        )
        return _filtered(self._database.users.rows.values(), conditions)

    def sessions(self, filters: ListedSessionFilters) -> Iterator[Session]:
        conditions = (
            (filters.search, lambda session: self._matches_session(filters.search, session)),
            (filters.status, lambda session: session.status == filters.status),
            (filters.is_hidden, lambda session: (session.hidden_at is not None) is filters.is_hidden),
            (filters.is_archived, lambda session: (session.archived_at is not None) is filters.is_archived),
            (filters.is_featured, lambda session: (session.featured_at is not None) is filters.is_featured),
            (filters.creator, lambda session: session.creator_id == filters.creator),
            (filters.min_price, lambda session: session.price >= filters.min_price),
            (filters.max_price, lambda session: session.price <= filters.max_price),
            *_time_range(filters.created_from, filters.created_to, lambda session: session.created_at),
        )
        return _filtered(self._database.sessions.rows.values(), conditions)

    def bookings(self, filters: ListedBookingFilters) -> Iterator[Booking]:
        conditions = (
            (filters.search, lambda booking: self._matches_booking(filters.search, booking)),
            (filters.status, lambda booking: booking.status == filters.status),
            (filters.session, lambda booking: booking.session_id == filters.session),
            (filters.creator, lambda booking: booking.creator_id == filters.creator),
            (filters.learner, lambda booking: booking.user_id == filters.learner),
            *_time_range(filters.starts_from, filters.starts_to, lambda booking: booking.starts_at),
        )
        return _filtered(self._database.bookings.rows.values(), conditions)

    def audit(self, filters: ListedAuditFilters) -> Iterator[AuditEntry]:
        conditions = (
            (filters.search, lambda entry: self._matches_entry(filters.search, entry)),
            (filters.action, lambda entry: entry.action == filters.action),
            (filters.actor, lambda entry: entry.actor_id == filters.actor),
            (filters.target, lambda entry: entry.target_id == filters.target),
            *_time_range(filters.at_from, filters.at_to, lambda entry: entry.at),
        )
        return _filtered(self._database.audit.rows.values(), conditions)

    def session_row(self, session: Session) -> SessionRow:
        values = {field.name: getattr(session, field.name) for field in fields(SessionRow) if field.name != "creator"}
        return SessionRow(**values, creator=self._person(session.creator_id))

    def booking_row(self, booking: Booking) -> BookingRow:
        added = {"session", "creator", "user", "time_zone", "utc_offset"}
        values = {field.name: getattr(booking, field.name) for field in fields(BookingRow) if field.name not in added}
        schedule = self._database.schedules.rows.get(booking.session_id)
        creator = self._database.users.rows[booking.creator_id]
        zone = schedule.time_zone if schedule else creator.time_zone
        return BookingRow(
            **values,
            time_zone=zone,
            utc_offset=utc_offset(booking.starts_at, zone),
            session=SessionName(id=booking.session_id, title=booking.terms.title),
            creator=self._person(booking.creator_id),
            user=self._person(booking.user_id),
        )

    def audit_row(self, entry: AuditEntry) -> AuditDetails:
        return details_of(self._database, entry)

    def _matches_session(self, search: Search | None, session: Session) -> bool:
        words = searched_words(session.title, session.description)
        ids = {session.id, session.creator_id}
        return _matches(search, ids, words, *self._words_of({session.creator_id}))

    def _matches_booking(self, search: Search | None, booking: Booking) -> bool:
        people = {booking.user_id, booking.creator_id}
        ids = {booking.id, booking.session_id, *people}
        return _matches(search, ids, searched_words(self._session(booking).title), *self._words_of(people))

    def _matches_entry(self, search: Search | None, entry: AuditEntry) -> bool:
        people = {entry.actor_id, entry.as_id, entry.target_id}
        return _matches(search, {entry.id, *people}, words_of_entry(entry), *self._words_of(people))

    def _words_of(self, ids: Iterable[UUID | None]) -> Iterator[frozenset[str]]:
        users = (self._database.users.rows.get(each) for each in ids if each is not None)
        return (words_of_user(user) for user in users if user is not None)

    def _person(self, user_id: UUID) -> PersonName:
        user = self._database.users.rows[user_id]
        return PersonName(**{field.name: getattr(user, field.name) for field in fields(PersonName)})

    def _session(self, booking: Booking) -> Session:
        return self._database.sessions.rows[booking.session_id]


def _account_row(user: User) -> AccountRow:
    return AccountRow(**{field.name: getattr(user, field.name) for field in fields(AccountRow)})


def words_of_user(user: User) -> frozenset[str]:
    """Return the searchable words of an account."""
    return searched_words(user.email, user.username, user.first_name, user.last_name)


def words_of_entry(entry: AuditEntry) -> frozenset[str]:
    """Return the searchable words of an audit entry."""
    return searched_words(entry.action, entry.reason, *email_addresses(entry))


def _matches(search: Search | None, ids: Iterable[UUID | None], *texts: frozenset[str]) -> bool:
    if isinstance(search, UUID):
        return search in ids
    return any(all(any(word.startswith(prefix) for word in text) for prefix in search or ()) for text in texts)


def _time_range(minimum: Any, end: Any, of: Callable[[Any], Any]) -> tuple[Condition, Condition]:
    return (minimum, lambda row: bool(of(row) >= minimum)), (end, lambda row: bool(of(row) < end))


def _filtered(rows: Iterable[R], conditions: Iterable[Condition]) -> Iterator[R]:
    active = [predicate for value, predicate in conditions if value is not None]
    return (row for row in rows if all(predicate(row) for predicate in active))
