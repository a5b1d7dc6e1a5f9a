"""Checking the current password before what a borrowed device must not do."""

from collections.abc import Mapping
from typing import Any

from marketplace.core.domain.audit import AuditAction
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.users import User
from marketplace.core.errors import FieldErrors
from marketplace.core.ports.security import Passwords
from marketplace.core.ports.system import Clock, Ids
from marketplace.core.ports.unit_of_work import UnitOfWork
from marketplace.core.services.audit import AuditWriter

WRONG_PASSWORD = "This isn't your current password."  # noqa: S105 - a sentence


class CurrentPasswords:
    """Checks current passwords. A wrong one is recorded in the audit log, as the action that it refuses."""

    def __init__(self, *, unit_of_work: UnitOfWork, passwords: Passwords, clock: Clock, ids: Ids) -> None:
        self._passwords = passwords
        self._audit = AuditWriter(unit_of_work, clock, ids)

    async def validate(
        self,
        principal: Principal,
        user: User,
        provided: Mapping[str, Any],
        refusal: AuditAction,
        field: str = "current_password",
    ) -> FieldErrors:
        """Validate the current password among the provided fields."""
        if field not in provided or await self._passwords.verify(provided[field], user.verifiable_hash):
            return {}
        return await self.refuse(principal, refusal, field)

    async def refuse(self, principal: Principal, refusal: AuditAction, field: str = "current_password") -> FieldErrors:
        """Record that a password is not, or no longer, the current one. Return the error."""
        await self._audit.write_alone(principal, refusal, ("user", principal.user_id))
        return {field: [WRONG_PASSWORD]}
