"""Sessions and their schedules."""

import asyncio
from collections.abc import Callable
from dataclasses import fields
from datetime import datetime
from typing import TypeVar
from uuid import UUID

from marketplace.adapters.memory.database import Rows
from marketplace.adapters.memory.tables import Table
from marketplace.adapters.memory.users import buyers_of
from marketplace.core.domain.materialized_availability import MaterializedAvailability, ScheduledSession
from marketplace.core.domain.ratings import UNRATED
from marketplace.core.domain.schedules import Schedule
from marketplace.core.domain.sessions import Session, SessionDetails
from marketplace.core.domain.users import PublicUser, User, public_user
from marketplace.core.errors import NotFound

R = TypeVar("R")


def session_details(rows: Rows, session: Session, view: Callable[[User], PublicUser]) -> SessionDetails:
    """Return a session with its creator, shown through `view`."""
    creator = rows.get(rows.database.users, session.creator_id)
    schedule = rows.find(rows.database.schedules, session.id)
    return SessionDetails(
        **{field.name: getattr(session, field.name) for field in fields(Session)},
        creator_details=view(creator),
        creator_is_active=creator.is_active,
        is_open=schedule is None,
        time_zone=schedule.time_zone if schedule else creator.time_zone,
        rating=rows.find(rows.database.reviews.of_sessions, session.id) or UNRATED,
    )


class MemorySessions:
    """`Sessions` in a transaction."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._table = rows.database.sessions

    async def acquire(self, session_id: UUID) -> SessionDetails:
        known = self._rows.find(self._table, session_id)
        if known is None:
            raise NotFound
        await self._rows.lock_name(buyers_of(known.creator_id))
        session = await self._rows.acquire(self._table, session_id)
        if session is None:
            raise NotFound
        return session_details(self._rows, session, public_user)

    async def find_schedule(self, session_id: UUID) -> Schedule | None:
        await asyncio.sleep(0)
        return self._rows.find(self._rows.database.schedules, session_id)

    async def save_schedule(
        self, session_id: UUID, schedule: Schedule | None, materialized: MaterializedAvailability | None
    ) -> None:
        await self._put_or_drop(self._rows.database.schedules, session_id, schedule)
        await self.save_materialized(session_id, materialized)

    async def save_materialized(self, session_id: UUID, materialized: MaterializedAvailability | None) -> None:
        await self._put_or_drop(self._rows.database.materialized, session_id, materialized)

    async def acquire_outdated(self, now: datetime, maximum: int) -> tuple[ScheduledSession, ...]:
        """Lock outdated sessions, oldest first, and return those still outdated under the lock."""
        await asyncio.sleep(0)
        table = self._rows.database.materialized
        outdated = [(times.outdated_at, key) for key, times in table.rows.items() if _is_outdated(times, now)]
        acquired = []
        for _, session_id in sorted(outdated)[:maximum]:
            await self._rows.lock(table, session_id)
            if _is_outdated(self._rows.find(table, session_id), now):
                acquired.append(session_id)
        return tuple(self._scheduled(session_id) for session_id in acquired)

    def _scheduled(self, session_id: UUID) -> ScheduledSession:
        session = self._rows.get(self._table, session_id)
        schedule = self._rows.get(self._rows.database.schedules, session_id)
        return ScheduledSession(session_id=session_id, duration=session.duration, schedule=schedule)

    async def _put_or_drop(self, table: Table[UUID, R], key: UUID, row: R | None) -> None:
        await self._rows.lock(table, key)
        if row is None:
            self._rows.drop(table, key)
        else:
            self._rows.put(table, key, row)

    async def find(self, session_id: UUID) -> SessionDetails | None:
        await asyncio.sleep(0)
        session = self._rows.find(self._table, session_id)
        return None if session is None else session_details(self._rows, session, public_user)

    async def has_any(self, creator_id: UUID) -> bool:
        await asyncio.sleep(0)
        sessions = self._rows.all(self._table)
        return any(session.creator_id == creator_id and session.archived_at is None for session in sessions)

    async def has_unarchived(self, creator_id: UUID, number: int) -> bool:
        return len(await self.unarchived_ids(creator_id)) >= number

    async def unarchived_ids(self, creator_id: UUID) -> tuple[UUID, ...]:
        await asyncio.sleep(0)
        sessions = self._rows.all(self._table)
        return tuple(sorted(one.id for one in sessions if one.creator_id == creator_id and one.archived_at is None))

    async def add(self, session: Session) -> None:
        await self._put(session)

    async def save(self, session: Session) -> None:
        await self._put(session)

    async def index_outdated(self, maximum: int) -> int:  # noqa: ARG002 - words are read from the sessions themselves
        await asyncio.sleep(0)
        return 0

    async def index_names(self, creator_id: UUID, maximum: int) -> int:  # noqa: ARG002 - names are read from the user
        await asyncio.sleep(0)
        return 0

    async def _put(self, session: Session) -> None:
        row = Session(**{field.name: getattr(session, field.name) for field in fields(Session)})
        await self._rows.lock(self._table, row.id)
        self._rows.put(self._table, row.id, row)


def _is_outdated(materialized: MaterializedAvailability | None, now: datetime) -> bool:
    return materialized is not None and materialized.outdated_at is not None and materialized.outdated_at <= now
