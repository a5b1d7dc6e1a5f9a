"""Search by the words of a row, and by those of the people and sessions it refers to."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Uuid, any_, cast, false, literal, or_, select
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import InstrumentedAttribute

from marketplace.adapters.postgres.schema.tables.backoffice import AuditEntryTable, AuditValuesTable
from marketplace.adapters.postgres.schema.tables.bookings import BookingTable
from marketplace.adapters.postgres.schema.tables.sessions import LISTED, NOT_LISTED, SessionTable
from marketplace.adapters.postgres.schema.tables.users import UserTable
from marketplace.core.domain.admin_lists import Search

MAX_RELATED = 1_000
"""The number of people or sessions that are looked up first. If more match, each row checks its own."""

Clause = ColumnElement[bool]
Column = InstrumentedAttribute[Any]


async def search_users(_: AsyncSession, search: Search) -> Clause:
    if isinstance(search, UUID):
        return UserTable.id == search
    return _has(UserTable.searched, search)


async def search_sessions(session: AsyncSession, search: Search) -> Clause:
    if isinstance(search, UUID):
        return or_(SessionTable.id == search, SessionTable.creator_id == search)
    return or_(_session_has(search), await _people(session, search, SessionTable.creator_id))


async def search_bookings(session: AsyncSession, search: Search) -> Clause:
    columns = (BookingTable.session_id, BookingTable.user_id, BookingTable.creator_id)
    if isinstance(search, UUID):
        return or_(*(column == search for column in (BookingTable.id, *columns)))
    by_title = await _related(
        session, SessionTable.id, _session_has(search, "A"), columns[:1], _has(SessionTable.searched, search, "A")
    )
    return or_(by_title, await _people(session, search, *columns[1:]))


async def search_entries(session: AsyncSession, search: Search) -> Clause:
    columns = (AuditEntryTable.actor_id, AuditEntryTable.as_id, AuditEntryTable.target_id)
    if isinstance(search, UUID):
        return or_(*(column == search for column in (AuditEntryTable.id, *columns)))
    has_words = _has(AuditValuesTable.searched, search)
    by_values = await _related(session, AuditValuesTable.id, has_words, [AuditEntryTable.id], has_words)
    return or_(by_values, await _people(session, search, *columns))


async def _people(session: AsyncSession, words: Sequence[str], *columns: Column) -> Clause:
    matching = _has(UserTable.searched, words)
    return await _related(session, UserTable.id, matching, columns, matching)


async def _related(
    session: AsyncSession, identity: Column, matching: Clause, columns: Sequence[Column], is_match: Clause
) -> Clause:
    """Match rows where one of the columns refers to a match; `is_match` tests a single referred row."""
    ids = (await session.execute(select(identity).where(matching).limit(MAX_RELATED + 1))).scalars().all()
    if not ids:
        return false()
    if len(ids) <= MAX_RELATED:
        named = any_(literal(list(ids), ARRAY(Uuid())))
        return or_(*(column == named for column in columns))
    # a scalar subquery, since the planner might hash an EXISTS over the whole table
    return or_(*(select(is_match).where(identity == column).scalar_subquery() for column in columns))


def _session_has(words: Sequence[str], weight: str = "AB") -> Clause:
    # each half has its own partial index: listed sessions, which buyers search, and the others
    matches = _has(SessionTable.searched, words, weight)
    return or_(matches & LISTED, matches & NOT_LISTED)


def _has(column: Column, words: Sequence[str], weight: str = "") -> Clause:
    query = " & ".join(f"'{word}':*{weight}" for word in words)
    return column.bool_op("@@")(cast(query, TSQUERY))
