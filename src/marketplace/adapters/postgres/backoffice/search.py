"""Searching: what is found by its own words, and what by those of people and sessions that it belongs to."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, any_, cast, false, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from marketplace.adapters.postgres.schema.admin_tables import AuditEntryTable
from marketplace.adapters.postgres.schema.tables import LISTED, NOT_LISTED, BookingTable, SessionTable, UserTable
from marketplace.core.domain.admin_lists import Search

MAX_RELATED = 1_000
"""So many people or sessions are looked up first. Where more match, each row is asked for its own."""

Clause = ColumnElement[bool]
Column = InstrumentedAttribute[Any]


async def users_found(_: AsyncSession, search: Search) -> Clause:
    """Accounts."""
    if isinstance(search, UUID):
        return UserTable.id == search
    return _has(UserTable.searched, search)


async def sessions_found(session: AsyncSession, search: Search) -> Clause:
    """Sessions."""
    if isinstance(search, UUID):
        return or_(SessionTable.id == search, SessionTable.creator_id == search)
    return or_(_session_has(search), await _people(session, search, SessionTable.creator_id))


async def bookings_found(session: AsyncSession, search: Search) -> Clause:
    """Bookings."""
    columns = (BookingTable.session_id, BookingTable.user_id, BookingTable.creator_id)
    if isinstance(search, UUID):
        return or_(*(column == search for column in (BookingTable.id, *columns)))
    titled = await _related(
        session, SessionTable.id, _session_has(search, "A"), columns[:1], _has(SessionTable.searched, search, "A")
    )
    return or_(titled, await _people(session, search, *columns[1:]))


async def entries_found(session: AsyncSession, search: Search) -> Clause:
    """Entries of the audit log."""
    columns = (AuditEntryTable.actor_id, AuditEntryTable.as_id, AuditEntryTable.target_id)
    if isinstance(search, UUID):
        return or_(*(column == search for column in (AuditEntryTable.id, *columns)))
    return or_(_has(AuditEntryTable.searched, search), await _people(session, search, *columns))


async def _people(session: AsyncSession, words: Sequence[str], *columns: Column) -> Clause:
    found = _has(UserTable.searched, words)
    return await _related(session, UserTable.id, found, columns, found)


async def _related(
    session: AsyncSession, identity: Column, found: Clause, columns: Sequence[Column], is_found: Clause
) -> Clause:
    """Whether a column of these names something that is found; `is_found` asks it of one that is named."""
    ids = (await session.execute(select(identity).where(found).limit(MAX_RELATED + 1))).scalars().all()
    if not ids:
        return false()
    if len(ids) <= MAX_RELATED:
        named = any_(literal(list(ids), ARRAY(Uuid())))
        return or_(*(column == named for column in columns))
    # a scalar, since what EXISTS asks might be worked out for everything beforehand
    return or_(*(select(is_found).where(identity == column).scalar_subquery() for column in columns))


def _session_has(words: Sequence[str], weight: str = "") -> Clause:
    # each half has an index of its own: one that buyers search, and one of what is left
    requested = _has(SessionTable.searched, words, weight)
    return or_(requested & LISTED, requested & NOT_LISTED)


def _has(column: Column, words: Sequence[str], weight: str = "") -> Clause:
    query = " & ".join(f"'{word}':*{weight}" for word in words)
    return column.bool_op("@@")(cast(query, TSQUERY))
