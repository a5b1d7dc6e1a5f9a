"""Managing accounts as staff."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from marketplace.core.domain.audit import (
    AuditAction,
    AuditDetails,
    Change,
    Target,
    differences,
)
from marketplace.core.domain.booking_details import BookingHistory
from marketplace.core.domain.booking_quotes import BookedSlot, booked_slots_of
from marketplace.core.domain.bookings import BOOKING_FIELDS
from marketplace.core.domain.email_tokens import PASSWORD_PURPOSES
from marketplace.core.domain.fields import OptionalStaffReason, StaffReason, require, validate_field, validate_values
from marketplace.core.domain.pages import Page
from marketplace.core.domain.principals import Principal, Role
from marketplace.core.domain.user_details import UserDetails
from marketplace.core.domain.users import USER_FIELDS, User, fold, validate_rights
from marketplace.core.errors import NotFound
from marketplace.core.errors.admin import HasSessions
from marketplace.core.ports.audit import AuditLogReader
from marketplace.core.ports.slots import Availabilities
from marketplace.core.ports.system import Clock, Ids
from marketplace.core.ports.unit_of_work import Transaction, UnitOfWork
from marketplace.core.ports.users import UserDirectory
from marketplace.core.services.audit import AuditWriter
from marketplace.core.services.email_addresses import EmailAddressService
from marketplace.core.services.events import record_user_change
from marketplace.core.services.retries import with_retries
from marketplace.core.services.rights import acquire_with_staff
from marketplace.core.services.slots import cancel_all
from marketplace.core.services.tokens import PrincipalCache
from marketplace.core.services.usernames import UsernameService
from marketplace.core.services.users import UserService

MAX_LOG = 50
"""Audit log entries shown with an account."""
MAX_SOLD_SLOTS = 100
"""Booked slots shown with a deactivated account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deactivation:
    """A deactivated account, its upcoming booked slots at that time, and the IDs of bookings cancelled with it.

    If bookings were cancelled, these are all slots; otherwise the first `MAX_SOLD_SLOTS`, and `has_more` of them.
    """

    user: User
    sold_slots: tuple[BookedSlot, ...]
    cancelled: frozenset[UUID]
    has_more: bool = False


class UserAdminService:
    """Manages accounts. Staff accounts can only be changed, and rights only be granted, by superusers."""

    def __init__(  # noqa: PLR0913 - one argument per port or service
        self,
        *,
        unit_of_work: UnitOfWork,
        directory: UserDirectory,
        availabilities: Availabilities,
        audit_log: AuditLogReader,
        users: UserService,
        email_addresses: EmailAddressService,
        usernames: UsernameService,
        principal_cache: PrincipalCache,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._directory = directory
        self._availabilities = availabilities
        self._audit_log = audit_log
        self._users = users
        self._email_addresses = email_addresses
        self._usernames = usernames
        self._principal_cache = principal_cache
        self._audit = AuditWriter(unit_of_work, clock, ids)
        self._clock = clock
        self._ids = ids

    async def get(self, user_id: UUID) -> UserDetails:
        """Return an account with its active logins. Raises `NotFound`."""
        found = await self._directory.find_details(user_id, self._clock.now())
        if found is None:
            raise NotFound
        return found

    async def log(self, user_id: UUID) -> tuple[AuditDetails, ...]:
        """Return the latest audit log entries of an account, newest first."""
        return await self._audit_log.newest(MAX_LOG, ("user", user_id))

    async def change(self, staff: Principal, user_id: UUID, changes: Mapping[str, Any], reason: str) -> User:
        """Change e-mail address, username, names, bio or languages.

        Another address ends changes that were requested, and the reader of the former one is told, if it was verified.

        Raises `Invalid`, `NotFound`, `NotSuperuser`, `EmailTaken`, `UsernameTaken`.
        """
        require(validate_values(User, changes), validate_field("reason", OptionalStaffReason, reason))

        async def changed(tx: Transaction) -> tuple[User, User]:
            # e-mail addresses and usernames are keys that buyers lock: see `UserService.change_profile`
            current, before = await acquire_with_staff(tx, staff, user_id, with_sessions=True)
            before.require_manageable_by(current, allow_oneself=True)
            user = before.with_values(**changes)
            if fold(user.email) != fold(before.email):
                # the account may be taken back from the person who asked for a change before
                await tx.email_requests.drop(user_id, *PASSWORD_PURPOSES)
                await self._email_addresses.tell_former_within(tx, before)
            return before, user

        return await self._change(staff, user_id, "user_changed", changed, reason)

    async def change_role(self, staff: Principal, user_id: UUID, role: Role, reason: str) -> User:
        """Promote a user to creator, or demote a creator.

        Raises `Invalid`, `NotFound`, `NotSuperuser`, `Oneself`, `HasSessions`.
        """
        require(validate_values(User, {"role": role}), validate_field("reason", StaffReason, reason))

        async def changed(tx: Transaction) -> tuple[User, User]:
            current, before = await acquire_with_staff(tx, staff, user_id, with_sessions=True)
            before.require_manageable_by(current)
            if role != "creator" and await tx.sessions.has_any(user_id):
                raise HasSessions
            return before, replace(before, role=role)

        return await self._change(staff, user_id, "role_changed", changed, reason)

    async def change_rights(
        self, staff: Principal, user_id: UUID, *, is_staff: bool, is_superuser: bool, reason: str
    ) -> User:
        """Grant or revoke rights, as a superuser.

        Raises `Invalid`, `NotFound`, `NotSuperuser`, `Oneself`, `LastSuperuser`.
        """
        require(
            validate_rights(is_staff=is_staff, is_superuser=is_superuser),
            validate_field("reason", StaffReason, reason),
        )

        async def changed(tx: Transaction) -> tuple[User, User]:
            superusers = await tx.users.acquire_superusers()
            current, before = await acquire_with_staff(tx, staff, user_id)
            before.require_grantable_by(current, superusers)
            user = replace(before, is_staff=is_staff, is_superuser=is_superuser)
            user.require_superuser_remains(before, superusers)
            if before.is_staff > is_staff or before.is_superuser > is_superuser:
                await tx.resets.drop_issued_by(user_id)
            return before, user

        return await self._change(staff, user_id, "rights_changed", changed, reason)

    async def activate(self, staff: Principal, user_id: UUID, reason: str) -> User:
        """Activate an account. Raises `Invalid`, `NotFound`, `NotSuperuser`, `Oneself`."""
        require(validate_field("reason", StaffReason, reason))
        return await self._users.set_active(user_id, is_active=True, actor=staff, reason=reason)

    async def deactivate(
        self, staff: Principal, user_id: UUID, reason: str, *, cancel_sold_seats: bool = False
    ) -> Deactivation:
        """Deactivate an account and return upcoming booked slots; optionally cancel all bookings of theirs, or none.

        It can be repeated for a deactivated account, to cancel bookings that were kept. Raises `Invalid`, `NotFound`,
        `NotSuperuser`, `Oneself`, `LastSuperuser`.
        """
        require(validate_field("reason", StaffReason, reason))
        if cancel_sold_seats:
            return await self._deactivate_and_cancel(staff, user_id, reason)
        user = await self._users.set_active(user_id, is_active=False, actor=staff, reason=reason)
        # read after the commit, when no further booking is possible
        sold = await self._availabilities.booked_slots(user_id, self._clock.now(), MAX_SOLD_SLOTS)
        has_more = sold.next is not None
        return Deactivation(user=user, sold_slots=sold.items, cancelled=frozenset(), has_more=has_more)

    async def sold_slots(self, user_id: UUID, limit: int, after: str | None) -> Page[BookedSlot]:
        """Return a page of the upcoming booked slots of a creator. Raises `NotFound`."""
        await self._directory.get(user_id)
        return await self._availabilities.booked_slots(user_id, self._clock.now(), limit, after)

    async def _deactivate_and_cancel(self, staff: Principal, user_id: UUID, reason: str) -> Deactivation:
        sold: tuple[BookingHistory, ...] = ()

        async def cancel(tx: Transaction) -> None:
            nonlocal sold
            sold = await self._cancel_all(tx, staff, user_id, reason)

        user = await self._users.set_active(user_id, is_active=False, actor=staff, reason=reason, in_transaction=cancel)
        return Deactivation(
            user=user, sold_slots=booked_slots_of(sold), cancelled=frozenset(booking.id for booking in sold)
        )

    async def deactivate_and_cancel_within(self, tx: Transaction, staff: Principal, user_id: UUID, reason: str) -> None:
        """Deactivate and cancel within the caller's transaction. Raises `IllegalTransition` if that changes nothing."""
        before, _ = await self._users.set_active_within(tx, user_id, is_active=False, actor=staff, reason=reason)
        if not await self._cancel_all(tx, staff, user_id, reason):
            before.with_active(is_active=False)

    async def _cancel_all(
        self, tx: Transaction, staff: Principal, user_id: UUID, reason: str
    ) -> tuple[BookingHistory, ...]:
        """Cancel all upcoming bookings of a creator, and return them as they were."""
        cancelled_bookings = await cancel_all(
            tx, staff, user_id, self._clock.now(), reason=reason, batch_id=self._ids.new()
        )
        changes: dict[Target, Change] = {
            ("booking", after.id): differences(before, after, BOOKING_FIELDS) for before, after in cancelled_bookings
        }
        await self._audit.write_all(tx, staff, "booking_cancelled", changes, reason)
        return tuple(booking for booking, _ in cancelled_bookings)

    async def _change(
        self,
        staff: Principal,
        user_id: UUID,
        action: AuditAction,
        changed: Callable[[Transaction], Awaitable[tuple[User, User]]],
        reason: str,
    ) -> User:
        async def operation() -> User:
            async with self._unit_of_work() as tx:
                before, user = await changed(tx)
                await self._save(tx, staff, action, (before, user), reason)
                return user

        async with self._audit.refusals(staff, action, ("user", user_id)):
            user = await with_retries(operation)
        self._principal_cache.forget(user_id)
        return user

    async def change_role_within(
        self, tx: Transaction, staff: Principal, user_id: UUID, role: Role, reason: str
    ) -> None:
        """Change the role within the caller's transaction. Raises `IllegalTransition` if it already is this role."""
        current, before = await acquire_with_staff(tx, staff, user_id, with_sessions=True)
        before.require_manageable_by(current)
        user = before.with_role(role, has_sessions=await tx.sessions.has_any(user_id))
        await self._save(tx, staff, "role_changed", (before, user), reason)

    async def _save(
        self, tx: Transaction, staff: Principal, action: AuditAction, change: tuple[User, User], reason: str
    ) -> None:
        before, user = change
        await tx.users.save(user)
        await self._usernames.claim(tx, user, before)
        await record_user_change(tx, staff.user_id, before, user, self._clock.now())
        changed = differences(before, user, USER_FIELDS)
        await self._audit.write(tx, staff, action, ("user", user.id), changed, reason)
