"""Taking a second factor off an account, as staff: for people who lost their device and their recovery codes."""

from uuid import UUID

from marketplace.core.domain.fields import StaffReason, require, validate_field
from marketplace.core.domain.principals import Principal
from marketplace.core.errors.second_factors import SecondFactorOff
from marketplace.core.ports.system import Clock, Ids
from marketplace.core.ports.unit_of_work import UnitOfWork
from marketplace.core.services.audit import AuditWriter
from marketplace.core.services.retries import with_retries
from marketplace.core.services.rights import acquire_with_staff
from marketplace.core.services.second_factor_codes import SecondFactorCodes
from marketplace.core.services.tokens import PrincipalCache


class SecondFactorAdminService:
    """Second factors of other people."""

    def __init__(
        self,
        *,
        unit_of_work: UnitOfWork,
        codes: SecondFactorCodes,
        principal_cache: PrincipalCache,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._codes = codes
        self._principal_cache = principal_cache
        self._audit = AuditWriter(unit_of_work, clock, ids)
        self._clock = clock

    async def remove(self, staff: Principal, user_id: UUID, reason: str) -> None:
        """Take the second factor off an account and end its logins; that of staff, as a superuser.

        Links for new passwords that this person issued end, too: a thief of the device may have issued them.

        Raises `Invalid`, `NotFound`, `Oneself`, `NotSuperuser`, `SecondFactorOff`.
        """
        require(validate_field("reason", StaffReason, reason))

        async def operation() -> None:
            async with self._unit_of_work() as tx:
                current, user = await acquire_with_staff(tx, staff, user_id)
                user.require_manageable_by(current)
                if not await tx.second_factors.remove(user_id):
                    raise SecondFactorOff("This account doesn't have two-step sign-in on.")
                await tx.tokens.revoke_all(user_id, self._clock.now())
                if user.has_rights:
                    await tx.resets.drop_issued_by(user_id)
                await self._audit.write(tx, staff, "second_factor_removed", ("user", user_id), reason=reason)
                await self._codes.tell(tx, user, "second_factor_removed")

        async with self._audit.refusals(staff, "second_factor_removed", ("user", user_id)):
            await with_retries(operation)
        self._principal_cache.forget(user_id)
