"""The four lists: what each filter and order means of its table, and how its rows are shown."""

from collections.abc import Callable, Iterable
from dataclasses import fields
from functools import cache
from typing import Any, TypeVar
from uuid import UUID

from marketplace.adapters.postgres.backoffice.engine import Engine
from marketplace.adapters.postgres.backoffice.lists import Ids, ListOf, PostgresAdminList, Read
from marketplace.adapters.postgres.backoffice.search import bookings_found, entries_found, sessions_found, users_found
from marketplace.adapters.postgres.schema.admin_tables import AuditEntryTable
from marketplace.adapters.postgres.schema.tables import BookingTable, SessionTable, UserTable
from marketplace.core.domain.admin_lists import AccountRow, BookingRow, PersonName, SessionName, SessionRow
from marketplace.core.domain.audit import AuditDetails, AuditEntry
from marketplace.core.domain.users import PublicUser
from marketplace.core.ports.admin_lists import AdminLists

T = TypeVar("T")


def _fields(kind: Any) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))


_names: Callable[[Any], tuple[str, ...]] = cache(_fields)


def _columns(model: Any, kind: Any) -> list[Any]:
    """The columns of a table that a row of this kind is made of."""
    return [getattr(model, name) for name in _names(kind) if hasattr(model, name)]


def _made(kind: type[T], row: Any, **others: Any) -> T:
    kept = {name: getattr(row, name) for name in _names(kind) if name not in others}
    return kind(**kept, **others)


async def _people(read: Read, kind: type[T], ids: Iterable[UUID | None]) -> dict[UUID | None, T]:
    known = {each for each in ids if each is not None}
    found = await read(UserTable, known, _columns(UserTable, kind))
    return {user_id: _made(kind, row) for user_id, row in found.items()}


async def _accounts(read: Read, ids: Ids) -> dict[UUID, AccountRow]:
    found = await read(UserTable, ids, _columns(UserTable, AccountRow))
    return {user_id: _made(AccountRow, row) for user_id, row in found.items()}


async def _sessions(read: Read, ids: Ids) -> dict[UUID, SessionRow]:
    found = await read(SessionTable, ids, [SessionTable.creator_id, *_columns(SessionTable, SessionRow)])
    people = await _people(read, PersonName, (row.creator_id for row in found.values()))
    return {each: _made(SessionRow, row, creator=people[row.creator_id]) for each, row in found.items()}


async def _bookings(read: Read, ids: Ids) -> dict[UUID, BookingRow]:
    named = (BookingTable.session_id, BookingTable.creator_id, BookingTable.user_id)
    found = await read(BookingTable, ids, [*named, *_columns(BookingTable, BookingRow)])
    rows = found.values()
    people = await _people(read, PersonName, (each for row in rows for each in (row.creator_id, row.user_id)))
    titles = await read(SessionTable, {row.session_id for row in rows}, [SessionTable.title])
    return {
        each: _made(
            BookingRow,
            row,
            session=_made(SessionName, titles[row.session_id]),
            creator=people[row.creator_id],
            user=people[row.user_id],
        )
        for each, row in found.items()
    }


async def _entries(read: Read, ids: Ids) -> dict[UUID, AuditDetails]:
    found = await read(AuditEntryTable, ids, _columns(AuditEntryTable, AuditEntry))
    rows = found.values()
    people = await _people(read, PublicUser, (each for row in rows for each in (row.actor_id, row.as_id)))
    return {
        each: _made(AuditDetails, row, actor_details=people.get(row.actor_id), as_details=people.get(row.as_id))
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
    found=users_found,
    shown=_accounts,
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
    found=sessions_found,
    shown=_sessions,
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
    found=bookings_found,
    shown=_bookings,
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
    found=entries_found,
    shown=_entries,
)


def lists_over(engine: Engine) -> AdminLists:
    """All four."""
    return AdminLists(
        users=PostgresAdminList(engine, USERS),
        sessions=PostgresAdminList(engine, SESSIONS),
        bookings=PostgresAdminList(engine, BOOKINGS),
        audit=PostgresAdminList(engine, AUDIT),
    )
