"""Writing the audit log, in the transaction of the action it records."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from marketplace.core.domain.audit import NO_CHANGE, AuditAction, AuditEntry, Change, Target
from marketplace.core.domain.principals import Origin, Principal
from marketplace.core.errors import Forbidden, MarketplaceError
from marketplace.core.errors.admin import LastSuperuser
from marketplace.core.ports.system import Clock, Ids
from marketplace.core.ports.unit_of_work import Transaction, UnitOfWork
from marketplace.core.services.retries import with_retries

REQUESTER_ERRORS = (Forbidden, LastSuperuser)
"""Errors that refuse the requester, not the request."""


class AuditWriter:
    """Writes the log for a service. `actor` is a principal, or an origin if no one is signed in."""

    def __init__(self, unit_of_work: UnitOfWork, clock: Clock, ids: Ids) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock
        self._ids = ids

    async def write(
        self,
        tx: Transaction,
        actor: Principal | Origin,
        action: AuditAction,
        target: Target | None,
        change: Change = NO_CHANGE,
        reason: str = "",
    ) -> None:
        """Write an entry within the caller's transaction."""
        await tx.audit.add(self._entry(actor, action, target, change, reason))

    async def write_all(
        self,
        tx: Transaction,
        actor: Principal | Origin,
        action: AuditAction,
        changes: Mapping[Target, Change],
        reason: str,
    ) -> None:
        """Write an entry for each of many targets of the same action."""
        await tx.audit.add(*(self._entry(actor, action, target, change, reason) for target, change in changes.items()))

    def _entry(
        self, actor: Principal | Origin, action: AuditAction, target: Target | None, change: Change, reason: str
    ) -> AuditEntry:
        return AuditEntry.of(
            actor, action, target, entry_id=self._ids.new(), at=self._clock.now(), change=change, reason=reason
        )

    async def write_alone(
        self, actor: Principal | Origin, action: AuditAction, target: Target | None, change: Change = NO_CHANGE
    ) -> None:
        """Write an entry in its own transaction, for refused actions."""

        async def operation() -> None:
            async with self._unit_of_work() as tx:
                await self.write(tx, actor, action, target, change)

        await with_retries(operation)

    @asynccontextmanager
    async def refusals(self, actor: Principal | Origin, requested: AuditAction, target: Target) -> AsyncIterator[None]:
        """Record staff requests within this block that are refused because of the requester."""
        try:
            yield
        except REQUESTER_ERRORS as error:
            if isinstance(actor, Origin) or actor.is_staff:
                await self.write_alone(actor, "access_refused", target, _refused(requested, error))
            raise

    async def write_refusal(
        self, tx: Transaction, actor: Principal, requested: str, target: Target, error: MarketplaceError
    ) -> None:
        """Record the refusal of one of many targets if it is because of the requester."""
        if isinstance(error, REQUESTER_ERRORS):
            await self.write(tx, actor, "access_refused", target, _refused(requested, error))


def _refused(requested: str, error: MarketplaceError) -> Change:
    return {}, {"asked": requested, "code": error.code}
