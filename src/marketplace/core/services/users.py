"""Accounts: registering, the profile, the password, and being switched off."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from marketplace.core.entities.audit import NOWHERE, USER_FIELDS, AuditAction, Origin, differences, facts_of
from marketplace.core.entities.fields import OptionalStaffReason, require, validate_field, validate_values
from marketplace.core.entities.tokens import Caller
from marketplace.core.entities.users import PublicUser, Role, User, password_faults, public_user
from marketplace.core.errors import AlreadyACreator, Faults, Invalid
from marketplace.core.ports.security import Passwords
from marketplace.core.ports.system import Clock, Ids
from marketplace.core.ports.unit_of_work import Transaction, UnitOfWork
from marketplace.core.ports.users import UserDirectory
from marketplace.core.services.audit import Auditor
from marketplace.core.services.retrying import retrying
from marketplace.core.services.tokens import CallerMemory

WRONG_PASSWORD = "This is not your current password."  # noqa: S105 - a sentence


class UserService:
    """Accounts."""

    def __init__(
        self,
        *,
        unit_of_work: UnitOfWork,
        users: UserDirectory,
        memory: CallerMemory,
        passwords: Passwords,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._users = users
        self._memory = memory
        self._audit = Auditor(unit_of_work, clock, ids)
        self._passwords = passwords
        self._clock = clock
        self._ids = ids

    def registration_faults(self, given: Mapping[str, Any]) -> Faults:
        """What is wrong with the password among the given fields of a registration."""
        if "password" not in given:
            return {}
        names = tuple(given[name] for name in ("email", "username") if name in given)
        faults = password_faults(given["password"], names=names, is_common=self._passwords.is_common)
        return {"password": faults} if faults else {}

    async def register(  # noqa: PLR0913 - one argument per fact of an account
        self,
        *,
        email: str,
        username: str,
        password: str,
        role: Role = "user",
        first_name: str = "",
        last_name: str = "",
        is_staff: bool = False,
        is_superuser: bool = False,
        origin: Origin = NOWHERE,
    ) -> User:
        """Make an account. Raises `Invalid`, `EmailTaken`, `UsernameTaken`."""
        user = User(
            id=self._ids.new(),
            email=email,
            username=username,
            password_hash="",
            role=role,
            avatar=None,
            first_name=first_name,
            last_name=last_name,
            time_zone="UTC",
            is_active=True,
            is_staff=is_staff,
            is_superuser=is_superuser,
            date_joined=self._clock.now(),
        )
        values = {"email": email, "username": username, "password": password}
        require(user.validate(), self.registration_faults(values))
        user = replace(user, password_hash=await self._passwords.hash(password))

        async def effect() -> None:
            async with self._unit_of_work() as tx:
                await tx.users.add(user)
                made = facts_of(user, USER_FIELDS)
                await self._audit.write(tx, origin, "registered", ("user", user.id), ({}, made))

        await retrying(effect)
        return user

    async def profile(self, caller: Caller) -> User:
        """The caller's own account."""
        return await self._users.get(caller.user_id)

    async def impersonator(self, caller: Caller) -> PublicUser | None:
        """Who of the staff sees the site as the caller, if anybody does by this login."""
        return None if caller.impersonator_id is None else public_user(await self._users.get(caller.impersonator_id))

    async def change_profile(self, caller: Caller, facts: Mapping[str, Any]) -> User:
        """Change the given fields of the caller's account. Raises `Invalid`, `UsernameTaken`."""
        require(validate_values(User, facts))
        # a username is a key that buyers' rows lean on, so changing it waits for them: in a fair queue
        renames = "username" in facts
        return await self._change(caller, lambda user: replace(user, **facts), with_sessions=renames)

    async def become_creator(self, caller: Caller) -> User:
        """Turn a user's account into a creator's. Raises `AlreadyACreator`."""

        def promoted(user: User) -> User:
            if user.role == "creator":
                raise AlreadyACreator
            return replace(user, role="creator")

        return await self._change(caller, promoted, action="role_changed")

    async def password_change_faults(self, caller: Caller, given: Mapping[str, Any]) -> Faults:
        """What is wrong with the current and the new password among the given fields."""
        return await self._password_faults(caller, await self._users.get(caller.user_id), given)

    async def _password_faults(self, caller: Caller, user: User, given: Mapping[str, Any]) -> Faults:
        faults: dict[str, list[str]] = {}
        if "new_password" in given:
            found = password_faults(
                given["new_password"], names=(user.email, user.username), is_common=self._passwords.is_common
            )
            faults |= {"new_password": found} if found else {}
        if "current_password" in given and not await self._passwords.verify(
            given["current_password"], user.password_hash
        ):
            faults["current_password"] = await self._wrong_password(caller)
        return faults

    async def _wrong_password(self, caller: Caller) -> list[str]:
        await self._audit.write_alone(caller, "password_change_refused", ("user", caller.user_id))
        return [WRONG_PASSWORD]

    async def change_password(self, caller: Caller, *, current_password: str, new_password: str) -> None:
        """Set a new password and end every other login of the caller. Raises `Invalid`."""
        seen = await self._users.get(caller.user_id)
        given = {"current_password": current_password, "new_password": new_password}
        faults = await self._password_faults(caller, seen, given)
        if faults:
            raise Invalid(faults)
        password_hash = await self._passwords.hash(new_password)

        async def effect() -> bool:
            async with self._unit_of_work() as tx:
                user = await tx.users.acquire(caller.user_id)
                if user.password_hash != seen.password_hash:
                    return False
                await tx.users.save(replace(user, password_hash=password_hash))
                await tx.tokens.revoke_all(caller.user_id, self._clock.now(), but=caller.family_id)
                await tx.resets.drop(caller.user_id)
                await self._audit.write(tx, caller, "password_changed", ("user", user.id))
                return True

        if not await retrying(effect):
            raise Invalid({"current_password": await self._wrong_password(caller)})
        self._memory.forget(caller.user_id)

    async def set_active(
        self,
        user_id: UUID,
        *,
        is_active: bool,
        who: Caller | Origin = NOWHERE,
        reason: str = "",
        beside: Callable[[Transaction], Awaitable[None]] | None = None,
    ) -> User:
        """Switch an account on or off. Off: its logins end within a second and its sessions leave the catalog.

        `beside` is done in the same transaction, in which nobody books of this person's sessions. Raises `Invalid`,
        `NotFound`, `LastSuperuser`; where `who` is one of the staff, `Oneself`, `NotSuperuser`.
        """
        require(validate_field("reason", OptionalStaffReason, reason))

        async def effect() -> User:
            async with self._unit_of_work() as tx:
                _, user = await self.set_active_within(tx, user_id, is_active=is_active, who=who, reason=reason)
                if beside is not None:
                    await beside(tx)
                return user

        asked: AuditAction = "activated" if is_active else "deactivated"
        async with self._audit.refusals(who, asked, ("user", user_id)):
            user = await retrying(effect)
        self._memory.forget(user_id)
        return user

    async def set_active_within(
        self,
        tx: Transaction,
        user_id: UUID,
        *,
        is_active: bool,
        who: Caller | Origin,
        reason: str,
    ) -> tuple[User, User]:
        """`set_active` within a transaction of the caller's, who forgets the person's logins when it is committed.

        Returns the account as it was and as it is.
        """
        superusers = await tx.users.acquire_superusers()
        before = await tx.users.acquire_with_sessions(user_id)
        if isinstance(who, Caller):
            # by their rights at this moment: of two who switch each other off, one comes too late
            before.check_managed_by(replace(who, is_superuser=who.user_id in superusers))
        user = replace(before, is_active=is_active)
        user.check_left(before, superusers)
        await tx.users.save(user)
        if not is_active:
            await tx.tokens.revoke_all(user_id, self._clock.now())
            await tx.resets.drop(user_id)
        change = differences(before, user, USER_FIELDS)
        action: AuditAction = "activated" if is_active else "deactivated"
        await self._audit.write(tx, who, action, ("user", user_id), change, reason)
        return before, user

    async def _change(
        self,
        caller: Caller,
        change: Callable[[User], User],
        *,
        with_sessions: bool = False,
        action: AuditAction | None = None,
    ) -> User:
        async def effect() -> User:
            async with self._unit_of_work() as tx:
                acquire = tx.users.acquire_with_sessions if with_sessions else tx.users.acquire
                before = await acquire(caller.user_id)
                user = change(before)
                await tx.users.save(user)
                if action is not None:
                    changed = differences(before, user, USER_FIELDS)
                    await self._audit.write(tx, caller, action, ("user", user.id), changed)
                return user

        user = await retrying(effect)
        self._memory.forget(caller.user_id)
        return user
