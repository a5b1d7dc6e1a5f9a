"""What was refused to somebody who is signed in, kept in the audit log."""

from marketplace.core.entities.audit import TEXT_LENGTH, AuditAction, Change
from marketplace.core.entities.rate_limits import REFUSALS_KEPT, Attempt
from marketplace.core.entities.tokens import Caller
from marketplace.core.errors import ImpersonatedReadOnly, MarketplaceError, RateLimited
from marketplace.core.ports.system import Clock, Ids
from marketplace.core.ports.unit_of_work import UnitOfWork
from marketplace.core.services.audit import Auditor
from marketplace.core.services.rate_limits import RateLimitService


class RefusalService:
    """Keeps who asked for what of the staff's, or for a change as somebody else, and was refused it."""

    def __init__(self, *, unit_of_work: UnitOfWork, limits: RateLimitService, clock: Clock, ids: Ids) -> None:
        self._limits = limits
        self._audit = Auditor(unit_of_work, clock, ids)

    async def note(self, caller: Caller, asked: str, error: type[MarketplaceError]) -> None:
        """One entry, with what was asked for as a method and a path.

        Of somebody who goes on and on, only the first are kept: nobody shall fill a log that nothing is removed from.
        """
        try:
            await self._limits.check(Attempt(REFUSALS_KEPT, str(caller.actor_id)))
        except RateLimited:
            return
        is_impersonated = issubclass(error, ImpersonatedReadOnly)
        action: AuditAction = "impersonated_change_refused" if is_impersonated else "access_refused"
        change: Change = ({}, {"asked": asked[:TEXT_LENGTH], "code": error.code})
        await self._audit.write_alone(caller, action, ("user", caller.user_id), change)
