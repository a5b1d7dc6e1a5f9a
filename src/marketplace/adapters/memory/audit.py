"""The audit log."""

import asyncio

from marketplace.adapters.memory.database import Database, Rows
from marketplace.core.entities.audit import AuditEntry, Target


class MemoryAuditTrail:
    """The log as it is read."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def newest(self, limit: int, about: Target | None = None) -> tuple[AuditEntry, ...]:
        """The newest entries, sought among all."""
        await asyncio.sleep(0)
        found = (
            entry
            for entry in self._database.audit.rows.values()
            if about is None or about == (entry.target_kind, entry.target_id)
        )
        return tuple(sorted(found, key=lambda entry: (entry.at, entry.id), reverse=True)[:limit])


class MemoryAudit:
    """The log within a transaction."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    async def add(self, entry: AuditEntry) -> None:
        """Insert."""
        await asyncio.sleep(0)
        self._rows.put(self._rows.database.audit, entry.id, entry)
