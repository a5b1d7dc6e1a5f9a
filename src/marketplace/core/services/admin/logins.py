"""Ending the logins of other people, as staff, without deactivating their accounts."""

from uuid import UUID

from marketplace.core.domain.audit import AuditAction, Change
from marketplace.core.domain.fields import StaffReason, require, validate_field
from marketplace.core.domain.principals import Principal
from marketplace.core.errors import NotFound
from marketplace.core.ports.system import Clock, Ids
from marketplace.core.ports.unit_of_work import UnitOfWork
from marketplace.core.services.audit import AuditWriter
from marketplace.core.services.new_messages import NewMessages
from marketplace.core.services.retries import with_retries
from marketplace.core.services.rights import acquire_with_staff
from marketplace.core.services.tokens import PrincipalCache


class LoginAdminService:
    """Logins of other people. Their API keys stay, and so does what they need to sign in again."""

    def __init__(
        self,
        *,
        unit_of_work: UnitOfWork,
        principal_cache: PrincipalCache,
        new_messages: NewMessages,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._principal_cache = principal_cache
        self._new_messages = new_messages
        self._audit = AuditWriter(unit_of_work, clock, ids)
        self._clock = clock

    async def end(self, staff: Principal, user_id: UUID, login_id: UUID, reason: str) -> None:
        """End one login of an account, also one by which staff sees the site as this user.

        Those of staff are ended by superusers. Raises `Invalid`, `NotFound`, `Oneself`, `NotSuperuser`.
        """
        await self._end(staff, user_id, login_id, reason)

    async def end_all(self, staff: Principal, user_id: UUID, reason: str) -> None:
        """End all logins of an account, and the links for new passwords that it issued. Raises as `end`."""
        await self._end(staff, user_id, None, reason)

    async def _end(self, staff: Principal, user_id: UUID, login_id: UUID | None, reason: str) -> None:
        require(validate_field("reason", StaffReason, reason))
        action: AuditAction = "logins_ended" if login_id is None else "login_ended"
        change: Change = ({}, {} if login_id is None else {"login": str(login_id)})

        async def operation() -> None:
            async with self._unit_of_work() as tx:
                current, user = await acquire_with_staff(tx, staff, user_id)
                user.require_manageable_by(current)
                now = self._clock.now()
                is_own = True
                if login_id is None:
                    await tx.tokens.revoke_all(user_id, now)
                    if user.has_rights:
                        await tx.resets.drop_issued_by(user_id)
                else:
                    login = await tx.tokens.find(login_id)
                    if login is None or login.user_id != user_id or not await tx.tokens.revoke(login_id, now):
                        raise NotFound
                    is_own = not login.is_impersonation
                await self._audit.write(tx, staff, action, ("user", user_id), change, reason)
                if is_own and user.is_email_verified:
                    await tx.messages.add([self._new_messages.security_change(user_id, "signed_out_by_staff", now)])

        async with self._audit.refusals(staff, action, ("user", user_id)):
            await with_retries(operation)
        self._principal_cache.forget(user_id)
