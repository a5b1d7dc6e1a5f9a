"""The four lists: the columns of their filters and orders, their search, and how rows are loaded."""

from collections.abc import Callable, Iterable
from dataclasses import fields
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from marketplace.adapters.postgres.backoffice.engine import Engine
from marketplace.adapters.postgres.backoffice.lists import Ids, ListOf, PostgresAdminList, Read
from marketplace.adapters.postgres.backoffice.search import (
    search_bookings,
    search_entries,
    search_sessions,
    search_users,
)
from marketplace.adapters.postgres.schema.tables.backoffice import AuditEntryTable, AuditValuesTable
from marketplace.adapters.postgres.schema.tables.bookings import BookingTable
from marketplace.adapters.postgres.schema.tables.sessions import SessionTable
from marketplace.adapters.postgres.schema.tables.users import UserTable
from marketplace.core.domain.admin_lists import AccountRow, BookingRow, PersonName, SessionName, SessionRow
from marketplace.core.domain.audit import AuditDetails, AuditEntry
from marketplace.core.domain.users import PublicUser
from marketplace.core.domain.utc_offsets import utc_offset
from marketplace.core.ports.admin_lists import AdminLists

T = TypeVar("T")
AUDIT_VALUES = frozenset(AuditValuesTable.__table__.columns.keys()) - {"id"}


def _fields(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


_names: Callable[[Any], tuple[str, ...]] = cache(_fields)


def _columns(model: Any, kind: Any) -> list[Any]:
    """Return the columns of a table that a row of this kind needs."""
    return [getattr(model, name) for name in _names(kind) if hasattr(model, name)]


def _build(kind: type[T], row: Any, **others: Any) -> T:
    values = {name: getattr(row, name) for name in _names(kind) if name not in others}
    return kind(**values, **others)


async def _people(read: Read, kind: type[T], ids: Iterable[UUID | None]) -> dict[UUID | None, T]:
    user_ids = {each for each in ids if each is not None}
    found = await read(UserTable, user_ids, _columns(UserTable, kind))
    return {user_id: _build(kind, row) for user_id, row in found.items()}


async def _load_accounts(read: Read, ids: Ids) -> dict[UUID, AccountRow]:
    found = await read(UserTable, ids, _columns(UserTable, AccountRow))
    return {user_id: _build(AccountRow, row) for user_id, row in found.items()}


async def _load_sessions(read: Read, ids: Ids) -> dict[UUID, SessionRow]:
    found = await read(SessionTable, ids, [SessionTable.creator_id, *_columns(SessionTable, SessionRow)])
    people = await _people(read, PersonName, (row.creator_id for row in found.values()))
    return {each: _build(SessionRow, row, creator=people[row.creator_id]) for each, row in found.items()}


async def _load_bookings(read: Read, ids: Ids) -> dict[UUID, BookingRow]:
    named = (BookingTable.session_id, BookingTable.creator_id, BookingTable.user_id, BookingTable.terms)
    found = await read(BookingTable, ids, [*named, *_columns(BookingTable, BookingRow)])
    rows = found.values()
    users = {each for row in rows for each in (row.creator_id, row.user_id)}
    people = await read(UserTable, users, [*_columns(UserTable, PersonName), UserTable.time_zone])
    shown = (SessionTable.title, SessionTable.schedule_zone)
    sessions = await read(SessionTable, {row.session_id for row in rows}, shown)

    def zone_of(row: Any) -> str:
        return str(sessions[row.session_id].schedule_zone or people[row.creator_id].time_zone)

    def title_of(row: Any) -> str:
        return str(row.terms["title"] if row.terms else sessions[row.session_id].title)

    return {
        each: _build(
            BookingRow,
            row,
            session=SessionName(id=row.session_id, title=title_of(row)),
            creator=_build(PersonName, people[row.creator_id]),
            user=_build(PersonName, people[row.user_id]),
            time_zone=zone_of(row),
            utc_offset=utc_offset(row.starts_at, zone_of(row)),
        )
        for each, row in found.items()
    }


async def _load_entries(read: Read, ids: Ids) -> dict[UUID, AuditDetails]:
    facts = [each for each in _columns(AuditEntryTable, AuditEntry) if each.key not in AUDIT_VALUES]
    found = await read(AuditEntryTable, ids, facts)
    values = await read(AuditValuesTable, ids, _columns(AuditValuesTable, AuditEntry))
    rows = found.values()
    people = await _people(read, PublicUser, (each for row in rows for each in (row.actor_id, row.as_id)))
    return {
        each: _build(
            AuditDetails,
            row,
            actor_details=people.get(row.actor_id),
            as_details=people.get(row.as_id),
            **{name: getattr(values[each], name) for name in _names(AuditEntry) if name in AUDIT_VALUES},
        )
        for each, row in found.items()
    }


USERS = ListOf(
    model=UserTable,
    filters={
        "role": ("role", "eq"),
        "is_active": ("is_active", "eq"),
        "is_staff": ("is_staff", "eq"),
        "is_superuser": ("is_superuser", "eq"),
        "joined_from": ("date_joined", "ge"),
        "joined_to": ("date_joined", "lt"),
    },
    orders={
        "date_joined": "date_joined",
        "email": "email_folded",
        "username": "username_folded",
        "last_name": "name_key",
    },
    search=search_users,
    load_rows=_load_accounts,
)
SESSIONS = ListOf(
    model=SessionTable,
    filters={
        "status": ("status", "eq"),
        "is_hidden": ("hidden_at", "set"),
        "is_archived": ("archived_at", "set"),
        "is_featured": ("featured_at", "set"),
        "creator": ("creator_id", "eq"),
        "min_price": ("price", "ge"),
        "max_price": ("price", "le"),
        "created_from": ("created_at", "ge"),
        "created_to": ("created_at", "lt"),
    },
    orders={"created_at": "created_at", "price": "price", "title": "title_key", "duration": "duration"},
    search=search_sessions,
    load_rows=_load_sessions,
)
BOOKINGS = ListOf(
    model=BookingTable,
    filters={
        "status": ("status", "eq"),
        "session": ("session_id", "eq"),
        "creator": ("creator_id", "eq"),
        "learner": ("user_id", "eq"),
        "starts_from": ("starts_at", "ge"),
        "starts_to": ("starts_at", "lt"),
    },
    orders={"created_at": "created_at", "booking_date": "starts_at", "amount": "amount"},
    search=search_bookings,
    load_rows=_load_bookings,
)
AUDIT = ListOf(
    model=AuditEntryTable,
    filters={
        "action": ("action", "eq"),
        "actor": ("actor_id", "eq"),
        "target": ("target_id", "eq"),
        "at_from": ("at", "ge"),
        "at_to": ("at", "lt"),
    },
    orders={"at": "at"},
    search=search_entries,
    load_rows=_load_entries,
)


def lists_over(engine: Engine) -> AdminLists:
    """Create the four lists."""
    return AdminLists(
        users=PostgresAdminList(engine, USERS),
        sessions=PostgresAdminList(engine, SESSIONS),
        bookings=PostgresAdminList(engine, BOOKINGS),
        audit=PostgresAdminList(engine, AUDIT),
    )
