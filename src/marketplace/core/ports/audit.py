"""Reading and writing the audit log."""

from typing import Protocol

from marketplace.core.domain.audit import AuditDetails, AuditEntry, Target


class AuditLogReader(Protocol):
    """Reads of the log, one statement each, outside a transaction."""

    async def newest(self, limit: int, about: Target | None = None) -> tuple[AuditDetails, ...]:
        """Return the newest entries, newest first; with `about`, only those with this target."""
        ...


class AuditLog(Protocol):
    """Writes to the log within a transaction. Entries can never be changed or removed."""

    async def add(self, *entries: AuditEntry) -> None:
        """Append entries; a rollback discards them."""
        ...
