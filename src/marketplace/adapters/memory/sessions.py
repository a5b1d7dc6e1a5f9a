"""Sessions: the rows a creator changes, and how they read with their creator."""

import asyncio
from collections.abc import Callable
from dataclasses import fields
from uuid import UUID

from marketplace.adapters.memory.database import Rows
from marketplace.core.entities.schedules import Schedule
from marketplace.core.entities.sessions import Session, SessionDetails
from marketplace.core.entities.users import PublicUser, User, public_user
from marketplace.core.errors import NotFound


def session_details(rows: Rows, session: Session, view: Callable[[User], PublicUser]) -> SessionDetails:
    """A session with as much of its creator as the reader may see."""
    creator = rows.get(rows.database.users, session.creator_id)
    return SessionDetails(
        **{field.name: getattr(session, field.name) for field in fields(Session)},
        creator_details=view(creator),
        creator_is_active=creator.is_active,
        is_open=rows.find(rows.database.schedules, session.id) is None,
    )


class MemorySessions:
    """Sessions within a transaction."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._table = rows.database.sessions

    async def acquire(self, session_id: UUID) -> SessionDetails:
        """The session, locked against bookings and edits."""
        session = await self._rows.acquire(self._table, session_id)
        if session is None:
            raise NotFound
        return session_details(self._rows, session, public_user)

    async def find_schedule(self, session_id: UUID) -> Schedule | None:
        """The schedule."""
        await asyncio.sleep(0)
        return self._rows.find(self._rows.database.schedules, session_id)

    async def save_schedule(self, session_id: UUID, schedule: Schedule | None) -> None:
        """Put it there, or take it away."""
        await self._rows.lock(self._rows.database.schedules, session_id)
        if schedule is None:
            self._rows.drop(self._rows.database.schedules, session_id)
        else:
            self._rows.put(self._rows.database.schedules, session_id, schedule)

    async def find(self, session_id: UUID) -> SessionDetails | None:
        """The session."""
        await asyncio.sleep(0)
        session = self._rows.find(self._table, session_id)
        return None if session is None else session_details(self._rows, session, public_user)

    async def has_any(self, creator_id: UUID) -> bool:
        """Sought among all."""
        await asyncio.sleep(0)
        sessions = self._rows.all(self._table)
        return any(session.creator_id == creator_id and session.archived_at is None for session in sessions)

    async def add(self, session: Session) -> None:
        """Insert."""
        await self._put(session)

    async def save(self, session: Session) -> None:
        """Update."""
        await self._put(session)

    async def _put(self, session: Session) -> None:
        row = Session(**{field.name: getattr(session, field.name) for field in fields(Session)})
        await self._rows.lock(self._table, row.id)
        self._rows.put(self._table, row.id, row)
