"""Impersonation: staff view the site as another user, read-only, for 15 minutes."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from marketplace.core.domain.fields import StaffReason, require, validate_field
from marketplace.core.domain.principals import Login, Origin, Principal
from marketplace.core.domain.tokens import Claims
from marketplace.core.domain.users import User
from marketplace.core.errors import NotSignedIn
from marketplace.core.errors.admin import AccountInactive
from marketplace.core.ports.security import AccessTokens
from marketplace.core.ports.system import Clock, Ids
from marketplace.core.ports.unit_of_work import UnitOfWork
from marketplace.core.services.audit import AuditWriter
from marketplace.core.services.retries import with_retries
from marketplace.core.services.rights import acquire_with_staff
from marketplace.core.services.tokens import PrincipalCache, TokenService

IMPERSONATION_TTL = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Impersonation:
    """An impersonated login: an access token without a refresh token."""

    access: str = field(repr=False)
    expires_at: datetime
    user: User


class ImpersonationService:
    """Starts and ends impersonated logins. The real actor is derived from `impersonated_from`, never from the token."""

    def __init__(
        self,
        *,
        unit_of_work: UnitOfWork,
        tokens: TokenService,
        principal_cache: PrincipalCache,
        access_tokens: AccessTokens,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._tokens = tokens
        self._principal_cache = principal_cache
        self._access_tokens = access_tokens
        self._audit = AuditWriter(unit_of_work, clock, ids)
        self._clock = clock
        self._ids = ids

    async def begin(self, staff: Principal, user_id: UUID, reason: str) -> Impersonation:
        """Start impersonating a user. It ends with the staff login that started it, too.

        Raises `Invalid`, `NotFound`, `Oneself`, `StaffTarget` (impersonation must not grant rights), `AccountInactive`,
        and `NotSignedIn` if the staff login has ended.
        """
        require(validate_field("reason", StaffReason, reason))
        now = self._clock.now()
        login = Login(
            id=self._ids.new(),
            user_id=user_id,
            created_at=now,
            expires_at=now + IMPERSONATION_TTL,
            address=staff.origin.address,
            agent=staff.origin.agent,
            impersonated_from=staff.family_id,
        )

        async def operation() -> User:
            async with self._unit_of_work() as tx:
                current, user = await acquire_with_staff(tx, staff, user_id)
                user.require_impersonable_by(current)
                if not user.is_active:
                    raise AccountInactive
                await tx.tokens.add_impersonation(login)
                await self._audit.write(tx, staff, "impersonation_started", ("user", user_id), reason=reason)
                return user

        async with self._audit.refusals(staff, "impersonation_started", ("user", user_id)):
            user = await with_retries(operation)
        claims = Claims(user_id=user_id, family_id=login.id)
        access = self._access_tokens.issue(claims, now, IMPERSONATION_TTL)
        return Impersonation(access=access, expires_at=login.expires_at, user=user)

    async def end(self, access: str, origin: Origin) -> bool:
        """End the login of this access token if it is impersonated. Return whether it was."""
        try:
            principal = replace(await self._tokens.authenticate(access, fresh=True), origin=origin)
        except NotSignedIn:
            return False
        if principal.impersonator_id is None:
            return False

        async def operation() -> None:
            async with self._unit_of_work() as tx:
                if await tx.tokens.revoke(principal.family_id, self._clock.now()):
                    await self._audit.write(tx, principal, "impersonation_ended", ("user", principal.user_id))

        await with_retries(operation)
        self._principal_cache.forget(principal.user_id)
        return True
