"""Accounts, as the staff sees and changes them."""

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
from marketplace.core.domain.booking_quotes import BookedSlot, booked_slots_of
from marketplace.core.domain.bookings import BOOKING_FIELDS, BookingHistory
from marketplace.core.domain.fields import OptionalStaffReason, StaffReason, require, validate_field, validate_values
from marketplace.core.domain.principals import Principal, Role
from marketplace.core.domain.users import USER_FIELDS, User, UserDetails, validate_rights
from marketplace.core.errors import HasSessions, NotFound
from marketplace.core.ports.audit import AuditLogReader
from marketplace.core.ports.slots import Availabilities
from marketplace.core.ports.system import Clock, Ids
from marketplace.core.ports.unit_of_work import Transaction, UnitOfWork
from marketplace.core.ports.users import UserDirectory
from marketplace.core.services.audit import AuditWriter
from marketplace.core.services.retries import with_retries
from marketplace.core.services.slots import cancel_all
from marketplace.core.services.tokens import PrincipalCache
from marketplace.core.services.users import UserService

MAX_LOG = 50
"""Entries of the audit log that are shown with an account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deactivation:
    """An account that is off now, the creator's slots that were sold by then, and which bookings of them ended."""

    user: User
    sold_slots: tuple[BookedSlot, ...]
    cancelled: frozenset[UUID]


class UserAdminService:
    """Accounts of others. The staff's own are the superusers' to change, and rights are theirs to give."""

    def __init__(  # noqa: PLR0913 - one argument per port or service
        self,
        *,
        unit_of_work: UnitOfWork,
        directory: UserDirectory,
        availabilities: Availabilities,
        audit_log: AuditLogReader,
        users: UserService,
        memory: PrincipalCache,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._directory = directory
        self._availabilities = availabilities
        self._audit_log = audit_log
        self._users = users
        self._memory = memory
        self._audit = AuditWriter(unit_of_work, clock, ids)
        self._clock = clock
        self._ids = ids

    async def get(self, user_id: UUID) -> UserDetails:
        """An account with its living logins. Raises `NotFound`."""
        found = await self._directory.find_details(user_id, self._clock.now())
        if found is None:
            raise NotFound
        return found

    async def log(self, user_id: UUID) -> tuple[AuditDetails, ...]:
        """What was last done to an account, newest first."""
        return await self._audit_log.newest(MAX_LOG, ("user", user_id))

    async def change(self, staff: Principal, user_id: UUID, changes: Mapping[str, Any], reason: str) -> User:
        """Change address, username or names.

        Raises `Invalid`, `NotFound`, `NotSuperuser`, `EmailTaken`, `UsernameTaken`.
        """
        require(validate_values(User, changes), validate_field("reason", OptionalStaffReason, reason))

        async def changed(tx: Transaction) -> tuple[User, User]:
            # addresses and usernames are keys that buyers' rows lean on: see `UserService.change_profile`
            before = await tx.users.acquire_with_sessions(user_id)
            before.require_manageable_by(staff, also_oneself=True)
            return before, replace(before, **changes)

        return await self._change(staff, user_id, "user_changed", changed, reason)

    async def change_role(self, staff: Principal, user_id: UUID, role: Role, reason: str) -> User:
        """Make somebody a creator, or no longer one.

        Raises `Invalid`, `NotFound`, `NotSuperuser`, `Oneself`, `HasSessions`.
        """
        require(validate_values(User, {"role": role}), validate_field("reason", StaffReason, reason))

        async def changed(tx: Transaction) -> tuple[User, User]:
            before = await tx.users.acquire_with_sessions(user_id)
            before.require_manageable_by(staff)
            if role != "creator" and await tx.sessions.has_any(user_id):
                raise HasSessions
            return before, replace(before, role=role)

        return await self._change(staff, user_id, "role_changed", changed, reason)

    async def change_rights(
        self, staff: Principal, user_id: UUID, *, is_staff: bool, is_superuser: bool, reason: str
    ) -> User:
        """Give and take rights, by a superuser.

        Raises `Invalid`, `NotFound`, `NotSuperuser`, `Oneself`, `LastSuperuser`.
        """
        require(
            validate_rights(is_staff=is_staff, is_superuser=is_superuser),
            validate_field("reason", StaffReason, reason),
        )

        async def changed(tx: Transaction) -> tuple[User, User]:
            superusers = await tx.users.acquire_superusers()
            before = await tx.users.acquire(user_id)
            before.require_grantable_by(staff, superusers)
            user = replace(before, is_staff=is_staff, is_superuser=is_superuser)
            user.require_superuser_remains(before, superusers)
            return before, user

        return await self._change(staff, user_id, "rights_changed", changed, reason)

    async def activate(self, staff: Principal, user_id: UUID, reason: str) -> User:
        """Switch an account on again. Raises `Invalid`, `NotFound`, `NotSuperuser`, `Oneself`."""
        require(validate_field("reason", StaffReason, reason))
        return await self._users.set_active(user_id, is_active=True, who=staff, reason=reason)

    async def deactivate(
        self, staff: Principal, user_id: UUID, reason: str, *, cancel_sold_seats: bool = False
    ) -> Deactivation:
        """Switch an account off, and tell which of its seats are sold; cancel those where that is asked for.

        All of it or nothing. Who has been switched off already can be asked for again, to cancel what was kept.
        Raises `Invalid`, `NotFound`, `NotSuperuser`, `Oneself`, `LastSuperuser`.
        """
        require(validate_field("reason", StaffReason, reason))
        if cancel_sold_seats:
            return await self._deactivate_and_cancel(staff, user_id, reason)
        user = await self._users.set_active(user_id, is_active=False, who=staff, reason=reason)
        # read once nobody can book any more
        sold = await self._availabilities.sold(user_id, self._clock.now())
        return Deactivation(user=user, sold_slots=sold, cancelled=frozenset())

    async def sold_slots(self, user_id: UUID) -> tuple[BookedSlot, ...]:
        """What of this person's sessions to come is sold, before anybody decides about it. Raises `NotFound`."""
        await self._directory.get(user_id)
        return await self._availabilities.sold(user_id, self._clock.now())

    async def _deactivate_and_cancel(self, staff: Principal, user_id: UUID, reason: str) -> Deactivation:
        sold: tuple[BookingHistory, ...] = ()

        async def cancel(tx: Transaction) -> None:
            nonlocal sold
            sold = await self._cancel_all(tx, staff, user_id, reason)

        user = await self._users.set_active(user_id, is_active=False, who=staff, reason=reason, in_transaction=cancel)
        return Deactivation(
            user=user, sold_slots=booked_slots_of(sold), cancelled=frozenset(booking.id for booking in sold)
        )

    async def deactivate_and_cancel_within(self, tx: Transaction, staff: Principal, user_id: UUID, reason: str) -> None:
        """`deactivate`, cancelling sold seats, within a transaction: `IllegalTransition` when that changes nothing."""
        before, _ = await self._users.set_active_within(tx, user_id, is_active=False, who=staff, reason=reason)
        if not await self._cancel_all(tx, staff, user_id, reason):
            before.with_active(is_active=False)

    async def _cancel_all(
        self, tx: Transaction, staff: Principal, user_id: UUID, reason: str
    ) -> tuple[BookingHistory, ...]:
        """Cancel what is sold of a creator's sessions to come, and return it as it was."""
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
        self._memory.forget(user_id)
        return user

    async def change_role_within(
        self, tx: Transaction, staff: Principal, user_id: UUID, role: Role, reason: str
    ) -> None:
        """`change_role` within a transaction, and never to the same role: then it raises `IllegalTransition`."""
        before = await tx.users.acquire_with_sessions(user_id)
        before.require_manageable_by(staff)
        user = before.with_role(role, has_sessions=await tx.sessions.has_any(user_id))
        await self._save(tx, staff, "role_changed", (before, user), reason)

    async def _save(
        self, tx: Transaction, staff: Principal, action: AuditAction, change: tuple[User, User], reason: str
    ) -> None:
        before, user = change
        await tx.users.save(user)
        changed = differences(before, user, USER_FIELDS)
        await self._audit.write(tx, staff, action, ("user", user.id), changed, reason)
