"""Audit log entries of requests refused before reaching a service."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from marketplace.core.domain.audit import TEXT_LENGTH, AuditAction, Change, Target, loggable_address
from marketplace.core.domain.principals import Origin, Principal
from marketplace.core.domain.rate_limits import LOGGED_REFUSALS, Attempt
from marketplace.core.errors import ImpersonatedReadOnly, MarketplaceError, RateLimited
from marketplace.core.errors.identities import ProviderUnavailable, SignInFailed
from marketplace.core.ports.system import Clock, Ids
from marketplace.core.ports.unit_of_work import UnitOfWork
from marketplace.core.ports.users import UserDirectory
from marketplace.core.services.audit import AuditWriter
from marketplace.core.services.rate_limits import RateLimitService


class RefusalService:
    """Records refused staff requests, refused changes during impersonation, and rate-limited password attempts.

    One entry each, up to a limit per user or address, so that no one can flood a log that is never purged.
    """

    def __init__(
        self, *, unit_of_work: UnitOfWork, users: UserDirectory, limits: RateLimitService, clock: Clock, ids: Ids
    ) -> None:
        self._users = users
        self._limits = limits
        self._audit = AuditWriter(unit_of_work, clock, ids)

    async def record(self, principal: Principal, requested: str, error: type[MarketplaceError]) -> None:
        """Record a refused request; `requested` is its method and path."""
        is_impersonated = issubclass(error, ImpersonatedReadOnly)
        action: AuditAction = "impersonated_change_refused" if is_impersonated else "access_refused"
        if await self._is_below_limit(str(principal.actor_id)):
            change: Change = ({}, {"asked": requested[:TEXT_LENGTH], "code": error.code})
            await self._audit.write_alone(principal, action, ("user", principal.user_id), change)

    @asynccontextmanager
    async def of_sign_ins(self, email: str, origin: Origin, network: str) -> AsyncIterator[None]:
        """Record rate-limited sign-ins. `network` is the client address as the rate limits see it."""
        try:
            yield
        except RateLimited as error:
            if await self._is_below_limit(network):
                user = await self._users.find_by_email(email)
                target: Target | None = ("user", user.id) if user else None
                change: Change = ({}, loggable_address(email) | {"code": error.code})
                await self._audit.write_alone(origin, "sign_in_refused", target, change)
            raise

    @asynccontextmanager
    async def of_provider_sign_ins(self, issuer: str, origin: Origin, network: str) -> AsyncIterator[None]:
        """Record sign-ins at an identity provider that failed."""
        try:
            yield
        except (SignInFailed, ProviderUnavailable, RateLimited) as error:
            account_id = error.account_id if isinstance(error, SignInFailed) else None
            if await self._is_below_limit(network):
                target: Target | None = ("user", account_id) if account_id else None
                fact = error.fact if isinstance(error, SignInFailed) else error.code
                await self._audit.write_alone(origin, "sign_in_refused", target, ({}, {"issuer": issuer, "code": fact}))
            raise

    @asynccontextmanager
    async def of_password_changes(self, principal: Principal) -> AsyncIterator[None]:
        """Record rate-limited password changes."""
        try:
            yield
        except RateLimited as error:
            if await self._is_below_limit(str(principal.actor_id)):
                change: Change = ({}, {"code": error.code})
                await self._audit.write_alone(principal, "password_change_refused", ("user", principal.user_id), change)
            raise

    async def _is_below_limit(self, subject: str) -> bool:
        return await self._limits.allows(Attempt(LOGGED_REFUSALS, subject))
