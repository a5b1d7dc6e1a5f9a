"""The audit log."""

from typing import Protocol

from marketplace.core.domain.audit import AuditDetails, AuditEntry, Target


class AuditLogReader(Protocol):
    """The log as it is read, one statement each, outside a transaction."""

    async def newest(self, limit: int, about: Target | None = None) -> tuple[AuditDetails, ...]:
        """The newest entries, the newest first; with `about`, of those whose target this is."""
        ...


class AuditLog(Protocol):
    """The log within a transaction. What was added can be neither changed nor removed, by any program or person."""

    async def add(self, *entries: AuditEntry) -> None:
        """Append; they are there when the transaction is committed, and were never there when it is not."""
        ...
