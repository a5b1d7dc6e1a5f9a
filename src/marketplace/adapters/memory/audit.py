"""The audit log."""

import asyncio
from dataclasses import fields
from uuid import UUID

from marketplace.adapters.memory.database import MemoryDatabase, Rows
from marketplace.core.domain.audit import AuditDetails, AuditEntry, Target
from marketplace.core.domain.users import PublicUser, public_user


class MemoryAuditLogReader:
    """`AuditLogReader` over the in-memory tables."""

    def __init__(self, database: MemoryDatabase) -> None:
        self._database = database

    async def newest(self, limit: int, about: Target | None = None) -> tuple[AuditDetails, ...]:
        await asyncio.sleep(0)
        found = (
            entry
            for entry in self._database.audit.rows.values()
            if about is None or about == (entry.target_kind, entry.target_id)
        )
        newest = sorted(found, key=lambda entry: (entry.at, entry.id), reverse=True)[:limit]
        return tuple(details_of(self._database, entry) for entry in newest)


class MemoryAuditLog:
    """`AuditLog` in a transaction."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def add(self, *entries: AuditEntry) -> None:
        await asyncio.sleep(0)
        for entry in entries:
            self._rows.put(self._rows.database.audit, entry.id, entry)


def details_of(database: MemoryDatabase, entry: AuditEntry) -> AuditDetails:
    """Return the entry with its actor and the impersonated account."""
    return AuditDetails(
        **{field.name: getattr(entry, field.name) for field in fields(AuditEntry)},
        actor_details=_person(database, entry.actor_id),
        as_details=_person(database, entry.as_id),
    )


def _person(database: MemoryDatabase, user_id: UUID | None) -> PublicUser | None:
    user = None if user_id is None else database.users.rows.get(user_id)
    return None if user is None else public_user(user)
