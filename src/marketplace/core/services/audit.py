"""The audit log: written in the transaction whose effect it tells of."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from marketplace.core.domain.audit import NOTHING, AuditAction, AuditEntry, Change, Target
from marketplace.core.domain.principals import Origin, Principal
from marketplace.core.errors import Forbidden, LastSuperuser, MarketplaceError
from marketplace.core.ports.system import Clock, Ids
from marketplace.core.ports.unit_of_work import Transaction, UnitOfWork
from marketplace.core.services.retries import with_retries

REQUESTER_ERRORS = (Forbidden, LastSuperuser)
"""Refusals for who asked, and not for what was asked."""


class AuditWriter:
    """Writes the log for a service. `who` is a caller, or an origin where nobody is signed in."""

    def __init__(self, unit_of_work: UnitOfWork, clock: Clock, ids: Ids) -> None:
        self._unit_of_work = unit_of_work
        self._clock = clock
        self._ids = ids

    async def write(
        self,
        tx: Transaction,
        who: Principal | Origin,
        action: AuditAction,
        target: Target | None,
        change: Change = NOTHING,
        reason: str = "",
    ) -> None:
        """One entry, together with what else the transaction does."""
        await tx.audit.add(self._entry(who, action, target, change, reason))

    async def write_all(
        self,
        tx: Transaction,
        who: Principal | Origin,
        action: AuditAction,
        changes: Mapping[Target, Change],
        reason: str,
    ) -> None:
        """One entry for each of many things that the same was done to."""
        await tx.audit.add(*(self._entry(who, action, target, change, reason) for target, change in changes.items()))

    def _entry(
        self, who: Principal | Origin, action: AuditAction, target: Target | None, change: Change, reason: str
    ) -> AuditEntry:
        return AuditEntry.of(
            who, action, target, entry_id=self._ids.new(), at=self._clock.now(), change=change, reason=reason
        )

    async def write_alone(
        self, who: Principal | Origin, action: AuditAction, target: Target | None, change: Change = NOTHING
    ) -> None:
        """One entry in a transaction of its own: of something that was refused, so that nothing else was done."""

        async def operation() -> None:
            async with self._unit_of_work() as tx:
                await self.write(tx, who, action, target, change)

        await with_retries(operation)

    @asynccontextmanager
    async def refusals(self, who: Principal | Origin, requested: AuditAction, target: Target) -> AsyncIterator[None]:
        """Around what the staff asks about somebody else: that it was refused for who asked is in the log, too."""
        try:
            yield
        except REQUESTER_ERRORS as error:
            if isinstance(who, Origin) or who.is_staff:
                await self.write_alone(who, "access_refused", target, _refused(requested, error))
            raise

    async def write_refusal(
        self, tx: Transaction, who: Principal, requested: str, target: Target, error: MarketplaceError
    ) -> None:
        """The same for one of many, of which others are not refused: an entry where it is for who asked."""
        if isinstance(error, REQUESTER_ERRORS):
            await self.write(tx, who, "access_refused", target, _refused(requested, error))


def _refused(requested: str, error: MarketplaceError) -> Change:
    return {}, {"asked": requested, "code": error.code}
