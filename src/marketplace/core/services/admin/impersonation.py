"""Seeing the site as somebody else does, to help them: for a quarter of an hour, and without changing anything."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID

from marketplace.core.entities.audit import Origin
from marketplace.core.entities.fields import StaffReason, require, validate_field
from marketplace.core.entities.tokens import Caller, Claims, Family
from marketplace.core.entities.users import User
from marketplace.core.errors import AccountInactive, NotSignedIn
from marketplace.core.ports.security import AccessTokens
from marketplace.core.ports.system import Clock, Ids
from marketplace.core.ports.unit_of_work import UnitOfWork
from marketplace.core.services.audit import Auditor
from marketplace.core.services.retrying import retrying
from marketplace.core.services.tokens import CallerMemory, TokenService

IMPERSONATION_LASTS = timedelta(minutes=15)


@dataclass(frozen=True, slots=True, kw_only=True)
class Impersonation:
    """A login as somebody else: an access token, and none to renew it with."""

    access: str = field(repr=False)
    expires_at: datetime
    user: User


class ImpersonationService:
    """Logins of the staff as others. Who really acts is what the login was begun by, which no token can say."""

    def __init__(
        self,
        *,
        unit_of_work: UnitOfWork,
        tokens: TokenService,
        memory: CallerMemory,
        access_tokens: AccessTokens,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._tokens = tokens
        self._memory = memory
        self._access_tokens = access_tokens
        self._audit = Auditor(unit_of_work, clock, ids)
        self._clock = clock
        self._ids = ids

    async def begin(self, staff: Caller, user_id: UUID, reason: str) -> Impersonation:
        """See the site as this person. It ends with the login that it is begun by, too.

        Raises `Invalid`, `NotFound`, `Oneself`, `StaffTarget` (nobody gains the rights of another by it),
        `AccountInactive`, `NotSignedIn` when the login that it would be begun by is gone.
        """
        require(validate_field("reason", StaffReason, reason))
        now = self._clock.now()
        family = Family(
            id=self._ids.new(),
            user_id=user_id,
            created_at=now,
            expires_at=now + IMPERSONATION_LASTS,
            address=staff.origin.address,
            agent=staff.origin.agent,
            begun_by=staff.family_id,
        )

        async def effect() -> User:
            async with self._unit_of_work() as tx:
                user = await tx.users.acquire(user_id)
                user.check_seen_by(staff)
                if not user.is_active:
                    raise AccountInactive
                await tx.tokens.add_impersonation(family)
                await self._audit.write(tx, staff, "impersonation_started", ("user", user_id), reason=reason)
                return user

        async with self._audit.refusals(staff, "impersonation_started", ("user", user_id)):
            user = await retrying(effect)
        claims = Claims(user_id=user_id, family_id=family.id)
        access = self._access_tokens.issue(claims, now, IMPERSONATION_LASTS)
        return Impersonation(access=access, expires_at=family.expires_at, user=user)

    async def end(self, access: str, origin: Origin) -> bool:
        """End the login of this access token, if it is one of the staff as somebody else; say whether it was."""
        try:
            caller = replace(await self._tokens.authenticate(access, fresh=True), origin=origin)
        except NotSignedIn:
            return False
        if caller.impersonator_id is None:
            return False

        async def effect() -> None:
            async with self._unit_of_work() as tx:
                if await tx.tokens.revoke(caller.family_id, self._clock.now()):
                    await self._audit.write(tx, caller, "impersonation_ended", ("user", caller.user_id))

        await retrying(effect)
        self._memory.forget(caller.user_id)
        return True
