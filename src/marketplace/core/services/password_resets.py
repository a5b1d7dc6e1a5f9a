"""Password resets: links that set a new password, which staff issue or a mail brings."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from marketplace.core.domain.audit import NO_CHANGE, Change, values_of
from marketplace.core.domain.calendars import CalendarFeed, new_feed_token
from marketplace.core.domain.email_tokens import PASSWORD_PURPOSES, EmailToken
from marketplace.core.domain.fields import StaffReason, require, validate_field
from marketplace.core.domain.password_resets import (
    RESET_TTL,
    IssuedReset,
    PasswordReset,
    new_reset_token,
    reset_token_hash,
)
from marketplace.core.domain.passwords import validate_password
from marketplace.core.domain.principals import Origin, Principal
from marketplace.core.domain.users import RIGHTS_FIELDS, User
from marketplace.core.errors import BadResetToken, FieldErrors, Invalid
from marketplace.core.errors.admin import AccountInactive
from marketplace.core.ports.email_tokens import EmailTokenDirectory
from marketplace.core.ports.password_resets import ResetDirectory
from marketplace.core.ports.security import Passwords
from marketplace.core.ports.system import Clock, Ids
from marketplace.core.ports.unit_of_work import Transaction, UnitOfWork
from marketplace.core.ports.users import UserDirectory
from marketplace.core.services.audit import AuditWriter
from marketplace.core.services.retries import with_retries
from marketplace.core.services.rights import acquire_with_staff
from marketplace.core.services.tokens import PrincipalCache

Used = tuple[User, Change]
"""The account as a link leaves it, and what the audit log says about the link."""


@dataclass(frozen=True, slots=True)
class _Link:
    """A link that was found, whose account passed its checks. `use` acquires, checks again and consumes it."""

    user: User
    use: Callable[[Transaction], Awaitable[Used]]


class ResetService:
    """Password reset links. Each works once.

    One from staff works for a day, and as long as its issuer may change the account; only the newest of a user is
    valid. One that was mailed to the person also verifies the address.
    """

    def __init__(  # noqa: PLR0913 - one argument per port
        self,
        *,
        unit_of_work: UnitOfWork,
        resets: ResetDirectory,
        email_tokens: EmailTokenDirectory,
        users: UserDirectory,
        principal_cache: PrincipalCache,
        passwords: Passwords,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._resets = resets
        self._email_tokens = email_tokens
        self._users = users
        self._principal_cache = principal_cache
        self._audit = AuditWriter(unit_of_work, clock, ids)
        self._passwords = passwords
        self._clock = clock

    async def issue(self, staff: Principal, user_id: UUID, reason: str) -> IssuedReset:
        """Issue a link for another user, as staff.

        Raises `Invalid`, `NotFound`, `Oneself` (a signed-in user changes their password with the old one),
        `NotSuperuser`, `AccountInactive`.
        """
        require(validate_field("reason", StaffReason, reason))
        token, now = new_reset_token(), self._clock.now()
        reset = PasswordReset(
            user_id=user_id,
            issuer_id=staff.user_id,
            token_hash=reset_token_hash(token),
            created_at=now,
            expires_at=now + RESET_TTL,
        )

        async def operation() -> None:
            async with self._unit_of_work() as tx:
                current, user = await acquire_with_staff(tx, staff, user_id)
                user.require_manageable_by(current)
                if not user.is_active:
                    raise AccountInactive
                await tx.resets.save(reset)
                change: Change = ({}, values_of(user, RIGHTS_FIELDS) if user.has_rights else {})
                await self._audit.write(tx, staff, "password_reset_issued", ("user", user_id), change, reason)

        async with self._audit.refusals(staff, "password_reset_issued", ("user", user_id)):
            await with_retries(operation)
        return IssuedReset(token=token, expires_at=reset.expires_at)

    def validate(self, provided: Mapping[str, Any]) -> FieldErrors:
        """Validate the new password among the provided fields, without knowing the user."""
        if "new_password" not in provided:
            return {}
        return self._validate(provided["new_password"])

    async def reset(self, token: str, new_password: str, origin: Origin) -> str:
        """Set a new password with a link, and end all logins of the user and links they issued. Return their address.

        Raises `Invalid`, `BadResetToken`.
        """
        token_hash = reset_token_hash(token)
        link = await self._find(token_hash)
        errors = self._validate(new_password, link.user.email, link.user.username)
        if errors:
            raise Invalid(errors)
        password_hash = await self._passwords.hash(new_password)
        user_id = link.user.id

        async def operation() -> None:
            async with self._unit_of_work() as tx:
                user, change = await link.use(tx)
                await tx.users.save(replace(user, password_hash=password_hash))
                await tx.tokens.revoke_all(user_id, self._clock.now())
                await tx.resets.drop(user_id)
                if user.has_rights:
                    await tx.resets.drop_issued_by(user_id)
                await tx.email_requests.drop(user_id, *PASSWORD_PURPOSES)
                await self._audit.write(tx, origin, "password_reset", ("user", user_id), change)

        await with_retries(operation)
        self._principal_cache.forget(user_id)
        return link.user.email

    async def _find(self, token_hash: bytes) -> _Link:
        """Return the link with this token, of either kind, if it works. Raises `BadResetToken`."""
        reset = await self._resets.find(token_hash)
        if reset is not None and reset.issuer_id is not None:
            return await self._issued(reset, reset.issuer_id)
        token = await self._email_tokens.find(token_hash)
        if token is not None and token.request.purpose == "reset" and token.request.user_id is not None:
            return await self._mailed(token, token.request.user_id)
        raise BadResetToken

    async def _issued(self, reset: PasswordReset, issuer_id: UUID) -> _Link:
        seen, issuer = await self._users.get(reset.user_id), await self._users.get(issuer_id)
        if not reset.works_for(seen, issuer, self._clock.now()):
            raise BadResetToken

        async def use(tx: Transaction) -> Used:
            user, issuer = await tx.users.acquire_with_staff(reset.user_id, issuer_id)
            now = self._clock.now()
            is_valid = reset.works_for(user, issuer, now)
            if not (is_valid and await tx.resets.consume(user.id, reset.token_hash, now)):
                raise BadResetToken
            return user, ({}, {"issuer_id": str(issuer_id)})

        return _Link(seen, use)

    async def _mailed(self, token: EmailToken, user_id: UUID) -> _Link:
        seen = await self._users.get(user_id)
        if not token.works_for(seen, self._clock.now()):
            raise BadResetToken

        async def use(tx: Transaction) -> Used:
            user, now = await tx.users.acquire(user_id), self._clock.now()
            is_valid = token.works_for(user, now)
            if not (is_valid and await tx.email_requests.consume(user_id, token.token_hash, now)):
                raise BadResetToken
            await tx.email_requests.drop(user_id, "verify")
            await tx.messages.mark_accepted(user_id)
            change = NO_CHANGE if user.is_email_verified else await _remove_access(tx, user, now)
            return user.with_verified_email(now), change

        return _Link(seen, use)

    def _validate(self, password: str, *names: str) -> FieldErrors:
        errors = validate_password(password, names=names, lists=self._passwords)
        return {"new_password": errors} if errors else {}


async def _remove_access(tx: Transaction, user: User, now: datetime) -> Change:
    """Remove all access to an account but its password: who registered with another person's address keeps none.

    Nor does their second factor keep the owner out. That of staff stays: it opens nothing, and superusers take it off.
    """
    await tx.identities.remove_all(user.id)
    for passkey in await tx.passkeys.of_user(user.id):
        await tx.passkeys.remove(user.id, passkey.id)
    await tx.feeds.save(CalendarFeed(user_id=user.id, token=new_feed_token(), created_at=now))
    await tx.api_keys.revoke_all(user.id, now)
    is_off = not user.has_rights and await tx.second_factors.remove(user.id)
    return ({"second_factor": True}, {"second_factor": False}) if is_off else NO_CHANGE
