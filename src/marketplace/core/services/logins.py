"""A person's own logins: the devices on which they are signed in."""

from uuid import UUID

from marketplace.core.domain.audit import Change
from marketplace.core.domain.principals import LOGIN_KEPT_FOR, MAX_LOGINS, Login, Principal
from marketplace.core.errors import NotFound
from marketplace.core.ports.system import Clock, Ids
from marketplace.core.ports.tokens import LoginDirectory
from marketplace.core.ports.unit_of_work import UnitOfWork
from marketplace.core.services.audit import AuditWriter
from marketplace.core.services.purging import purge_hourly
from marketplace.core.services.retries import with_retries
from marketplace.core.services.tokens import PrincipalCache


class LoginService:
    """Lists and ends the principal's logins. Those that staff started to impersonate them are not among them."""

    def __init__(
        self,
        *,
        unit_of_work: UnitOfWork,
        logins: LoginDirectory,
        principal_cache: PrincipalCache,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._logins = logins
        self._principal_cache = principal_cache
        self._audit = AuditWriter(unit_of_work, clock, ids)
        self._clock = clock

    async def list(self, principal: Principal) -> tuple[Login, ...]:
        """Return the active logins, newest first."""
        return await self._logins.active(principal.user_id, self._clock.now(), MAX_LOGINS)

    async def end(self, principal: Principal, login_id: UUID) -> None:
        """End a login, on every server within a second. Raises `NotFound` if it is not an active one of theirs."""

        async def operation() -> None:
            async with self._unit_of_work() as tx:
                if not await tx.tokens.revoke_own(principal.user_id, login_id, self._clock.now()):
                    raise NotFound
                change: Change = ({}, {"login": str(login_id)})
                await self._audit.write(tx, principal, "login_ended", ("user", principal.user_id), change)

        await with_retries(operation)
        self._principal_cache.forget(principal.user_id)

    async def purge(self, _: UUID | None = None) -> None:
        """Delete expired refresh tokens and old logins, and enqueue the next purge."""
        now = self._clock.now()

        async def purge() -> int:
            async with self._unit_of_work() as tx:
                return await tx.tokens.purge(now, now - LOGIN_KEPT_FOR)

        await purge_hourly(self._unit_of_work, "sweep_logins", now, purge)
