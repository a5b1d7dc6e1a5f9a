"""Sessions: the rows a creator changes, and how they read with their creator."""

from collections.abc import Callable
from dataclasses import fields
from uuid import UUID

from marketplace.adapters.memory.database import Rows
from marketplace.core.entities.sessions import Session, SessionDetails
from marketplace.core.entities.users import PublicUser, User, public_user
from marketplace.core.errors import NotFound


def session_details(session: Session, creator: User, view: Callable[[User], PublicUser]) -> SessionDetails:
    """A session with as much of its creator as the reader may see."""
    return SessionDetails(
        **{field.name: getattr(session, field.name) for field in fields(Session)},
        creator_details=view(creator),
        creator_is_active=creator.is_active,
    )


class MemorySessions:
    """Sessions within a transaction."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._table = rows.database.sessions

    async def acquire(self, session_id: UUID) -> SessionDetails:
        """The session, locked against bookings and edits."""
        session = await self._rows.acquire(self._table, session_id)
        creator = self._rows.find(self._rows.database.users, session.creator_id) if session else None
        if session is None or creator is None:
            raise NotFound
        return session_details(session, creator, public_user)

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
