"""Accounts: registration, profile, password and activation."""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any
from uuid import UUID

from marketplace.core.domain.audit import AuditAction, differences
from marketplace.core.domain.email_tokens import PASSWORD_PURPOSES
from marketplace.core.domain.fields import OptionalStaffReason, require, validate_field, validate_values
from marketplace.core.domain.passwords import PASSWORD_LENGTH, validate_password
from marketplace.core.domain.principals import UNKNOWN_ORIGIN, Origin, Principal, Role
from marketplace.core.domain.users import USER_FIELDS, PublicUser, User, public_user
from marketplace.core.errors import AlreadyACreator, FieldErrors, Invalid, UsernameTaken
from marketplace.core.ports.security import EmailSyntax, Passwords
from marketplace.core.ports.system import Clock, Ids
from marketplace.core.ports.unit_of_work import Transaction, UnitOfWork
from marketplace.core.ports.users import UserDirectory
from marketplace.core.services.audit import AuditWriter
from marketplace.core.services.current_passwords import CurrentPasswords
from marketplace.core.services.events import record_user_change
from marketplace.core.services.new_accounts import NewAccounts
from marketplace.core.services.pictures import remove_avatar
from marketplace.core.services.retries import with_retries
from marketplace.core.services.rights import acquire_own, acquire_with_staff
from marketplace.core.services.tokens import PrincipalCache
from marketplace.core.services.usernames import UsernameService


class UserService:
    """Accounts."""

    def __init__(  # noqa: PLR0913 - one argument per port or service
        self,
        *,
        unit_of_work: UnitOfWork,
        users: UserDirectory,
        principal_cache: PrincipalCache,
        current_passwords: CurrentPasswords,
        passwords: Passwords,
        syntax: EmailSyntax,
        usernames: UsernameService,
        new_accounts: NewAccounts,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._users = users
        self._usernames = usernames
        self._new_accounts = new_accounts
        self._principal_cache = principal_cache
        self._audit = AuditWriter(unit_of_work, clock, ids)
        self._current_passwords = current_passwords
        self._passwords = passwords
        self._syntax = syntax
        self._clock = clock
        self._ids = ids

    def validate_registration(self, provided: Mapping[str, Any]) -> FieldErrors:
        """Validate address, username and password among the provided fields of a registration."""
        refusal = self._syntax.refusal(provided["email"]) if "email" in provided else None
        found = {**self.validate_username(provided), **({"email": [refusal]} if refusal else {})}
        if "password" not in provided:
            return found
        username = provided.get("username") or self._usernames.derived_from(
            provided.get("first_name", ""), provided.get("last_name", "")
        )
        names = tuple(name for name in (provided.get("email"), username) if name)
        errors = validate_password(provided["password"], names=names, lists=self._passwords)
        return {**found, "password": errors} if errors else found

    def validate_username(self, provided: Mapping[str, Any]) -> FieldErrors:
        """Validate the scripts of the new username among the provided fields."""
        username = provided.get("username", "")
        return self._usernames.validate(username) if username else {}

    def common_passwords(self) -> tuple[str, ...]:
        """Return the passwords that are long enough, and refused as too common; in lower case."""
        return self._passwords.common(PASSWORD_LENGTH[0])

    async def register(  # noqa: PLR0913 - one argument per fact of an account
        self,
        *,
        email: str,
        password: str,
        username: str = "",
        role: Role = "user",
        first_name: str = "",
        last_name: str = "",
        time_zone: str = "UTC",
        locale: str | None = None,
        is_email_verified: bool = False,
        is_staff: bool = False,
        is_superuser: bool = False,
        is_mailed: bool = True,
        origin: Origin = UNKNOWN_ORIGIN,
    ) -> User:
        """Create an account. Without a username, one is derived from the names: the first that is free.

        Without `is_mailed`, it gets no mail to verify its address. Raises `Invalid`, `EmailTaken`, `UsernameTaken`.
        """
        user_id = self._ids.new()
        usernames = (username,) if username else self._usernames.derived(first_name, last_name, user_id)
        now = self._clock.now()
        user = User(
            id=user_id,
            email=email,
            username=usernames[0],
            password_hash="",
            role=role,
            avatar=None,
            first_name=first_name,
            last_name=last_name,
            time_zone=time_zone,
            is_active=True,
            is_staff=is_staff,
            is_superuser=is_superuser,
            date_joined=now,
            email_verified_at=now if is_email_verified else None,
            locale=locale,
        )
        values = {"email": email, "username": user.username, "password": password}
        require(user.validate(), self.validate_registration(values))
        user = replace(user, password_hash=await self._passwords.hash(password))
        for name in usernames[:-1]:
            with suppress(UsernameTaken):
                return await self._add(replace(user, username=name), origin, is_mailed=is_mailed)
        return await self._add(replace(user, username=usernames[-1]), origin, is_mailed=is_mailed)

    async def _add(self, user: User, origin: Origin, *, is_mailed: bool) -> User:
        """Create an account and claim its username, in one transaction. Raises `EmailTaken`, `UsernameTaken`."""

        async def operation() -> User:
            async with self._unit_of_work() as tx:
                return await self._new_accounts.add(tx, user, origin, is_mailed=is_mailed)

        return await with_retries(operation)

    async def profile(self, principal: Principal) -> User:
        """Return the principal's account."""
        return await self._users.get(principal.user_id)

    async def impersonator(self, principal: Principal) -> PublicUser | None:
        """Return the staff member who impersonates the principal with this login, if any."""
        return (
            None if principal.impersonator_id is None else public_user(await self._users.get(principal.impersonator_id))
        )

    async def change_profile(self, principal: Principal, changes: Mapping[str, Any]) -> User:
        """Change fields of the principal's account. Raises `Invalid`, `UsernameTaken`, `NotSignedIn`."""
        require(validate_values(User, changes))
        # buyers lock the row's keys, including the username, so changing it waits for them: in a fair queue
        renames = "username" in changes
        return await self._change(principal, lambda user: replace(user, **changes), with_sessions=renames)

    async def become_creator(self, principal: Principal) -> User:
        """Promote the principal to creator. Raises `AlreadyACreator`, `NotSignedIn`."""

        def promoted(user: User) -> User:
            if user.role == "creator":
                raise AlreadyACreator
            return replace(user, role="creator")

        return await self._change(principal, promoted, action="role_changed")

    async def validate_password_change(self, principal: Principal, provided: Mapping[str, Any]) -> FieldErrors:
        """Validate the current and the new password among the provided fields."""
        return await self._validate_password(principal, await self._users.get(principal.user_id), provided)

    async def _validate_password(self, principal: Principal, user: User, provided: Mapping[str, Any]) -> FieldErrors:
        errors = await self._current_passwords.validate(principal, user, provided, "password_change_refused")
        if "new_password" not in provided:
            return errors
        names = user.email, user.username
        found = validate_password(provided["new_password"], names=names, lists=self._passwords)
        return {**errors, "new_password": found} if found else errors

    async def change_password(self, principal: Principal, *, current_password: str, new_password: str) -> None:
        """Change the password; end all other logins of the principal, and links for new passwords that they issued.

        Raises `Invalid`, `NotSignedIn`.
        """
        seen = await self._users.get(principal.user_id)
        provided = {"current_password": current_password, "new_password": new_password}
        errors = await self._validate_password(principal, seen, provided)
        if errors:
            raise Invalid(errors)
        password_hash = await self._passwords.hash(new_password)

        async def operation() -> bool:
            async with self._unit_of_work() as tx:
                user = await acquire_own(tx, principal)
                if user.password_hash != seen.password_hash:
                    return False
                await tx.users.save(replace(user, password_hash=password_hash))
                await tx.tokens.revoke_all(principal.user_id, self._clock.now(), except_id=principal.family_id)
                await tx.resets.drop(principal.user_id)
                if user.has_rights:
                    await tx.resets.drop_issued_by(principal.user_id)
                await tx.email_requests.drop(principal.user_id, *PASSWORD_PURPOSES)
                await self._audit.write(tx, principal, "password_changed", ("user", user.id))
                return True

        if not await with_retries(operation):
            raise Invalid(await self._current_passwords.refuse(principal, "password_change_refused"))
        self._principal_cache.forget(principal.user_id)

    async def set_active(
        self,
        user_id: UUID,
        *,
        is_active: bool,
        actor: Principal | Origin = UNKNOWN_ORIGIN,
        reason: str = "",
        in_transaction: Callable[[Transaction], Awaitable[None]] | None = None,
    ) -> User:
        """Activate or deactivate an account. Deactivation ends its logins within a second and unlists its sessions.

        `in_transaction` runs in the same transaction, while bookings of the user's sessions wait. Raises `Invalid`,
        `NotFound`, `LastSuperuser`; if `actor` is staff, also `Oneself`, `NotSuperuser`, `NotSignedIn`, `NotStaff`.
        """
        require(validate_field("reason", OptionalStaffReason, reason))

        async def operation() -> User:
            async with self._unit_of_work() as tx:
                _, user = await self.set_active_within(tx, user_id, is_active=is_active, actor=actor, reason=reason)
                if in_transaction is not None:
                    await in_transaction(tx)
                return user

        requested: AuditAction = "activated" if is_active else "deactivated"
        async with self._audit.refusals(actor, requested, ("user", user_id)):
            user = await with_retries(operation)
        self._principal_cache.forget(user_id)
        return user

    async def set_active_within(
        self, tx: Transaction, user_id: UUID, *, is_active: bool, actor: Principal | Origin, reason: str
    ) -> tuple[User, User]:
        """Activate or deactivate within the caller's transaction. Return the account before and after.

        The caller must remove the user from the principal cache after the commit.
        """
        superusers = await tx.users.acquire_superusers()
        if isinstance(actor, Principal):
            staff, before = await acquire_with_staff(tx, actor, user_id, with_sessions=True)
            before.require_manageable_by(staff)
        else:
            before = await tx.users.acquire_with_sessions(user_id)
            before.require_not_deleted()
        user = replace(before, is_active=is_active)
        user.require_superuser_remains(before, superusers)
        now = self._clock.now()
        await tx.users.save(user)
        await record_user_change(tx, actor.user_id if isinstance(actor, Principal) else None, before, user, now)
        if not is_active:
            await tx.tokens.revoke_all(user_id, now)
            await tx.api_keys.revoke_all(user_id, now)
            await tx.resets.drop(user_id)
            await tx.email_requests.drop(user_id, *PASSWORD_PURPOSES)
            if before.has_rights:
                await tx.resets.drop_issued_by(user_id)
        change = differences(before, user, USER_FIELDS)
        action: AuditAction = "activated" if is_active else "deactivated"
        await self._audit.write(tx, actor, action, ("user", user_id), change, reason)
        return before, user

    async def _change(
        self,
        principal: Principal,
        change: Callable[[User], User],
        *,
        with_sessions: bool = False,
        action: AuditAction | None = None,
    ) -> User:
        async def operation() -> User:
            async with self._unit_of_work() as tx:
                acquire = tx.users.acquire_with_sessions if with_sessions else tx.users.acquire
                before = await acquire(principal.user_id)
                before.current(principal)
                user = change(before)
                await remove_avatar(tx, before, user, self._clock.now())
                await tx.users.save(user)
                await self._usernames.claim(tx, user, before)
                await record_user_change(tx, principal.user_id, before, user, self._clock.now())
                if action is not None:
                    changed = differences(before, user, USER_FIELDS)
                    await self._audit.write(tx, principal, action, ("user", user.id), changed)
                return user

        user = await with_retries(operation)
        self._principal_cache.forget(principal.user_id)
        return user
