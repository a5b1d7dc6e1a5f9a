"""Bodies and answers of account endpoints for staff."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

import msgspec

from marketplace.core.domain.fields import Boolean, OptionalStaffReason, StaffReason
from marketplace.core.domain.language_tags import Languages, Locale
from marketplace.core.domain.principals import Role
from marketplace.core.domain.time_zone_names import TimeZone
from marketplace.core.domain.users import (
    Avatar,
    Bio,
    Email,
    FirstName,
    LastName,
    User,
    Username,
)
from marketplace.core.services.admin.users import Deactivation
from marketplace.http.api.admin.audit import AuditEntryOut
from marketplace.http.api.admin.sold_slots import BookedSlotOut, booked_slot_out
from marketplace.http.api.users import EmailVerifiedAt

CancelSoldSeats = Annotated[
    bool, Boolean(description="Whether to cancel all upcoming bookings of this creator's sessions.")
]
DeletedAt = Annotated[
    datetime | None, msgspec.Meta(description="When they deleted the account, which is final; otherwise `null`.")
]
IsStaff = Annotated[bool, Boolean(example=True, description="Whether they can use the admin API.")]
IsSuperuser = Annotated[bool, Boolean(description="Whether they can also change permissions.")]


class UserChangeIn(msgspec.Struct, kw_only=True):
    """Staff changes to an account. Fields you don't send stay as they are."""

    email: Email
    username: Username
    first_name: FirstName = ""
    last_name: LastName = ""
    bio: Bio = ""
    languages: Languages = ()
    reason: OptionalStaffReason = ""


class ReasonIn(msgspec.Struct, kw_only=True):
    """The reason."""

    reason: StaffReason


class DeactivationIn(ReasonIn, kw_only=True):
    """The reason, and what happens to upcoming bookings."""

    cancel_sold_seats: CancelSoldSeats = False


class RoleIn(ReasonIn, kw_only=True):
    """A role and the reason."""

    role: Role


class RightsIn(ReasonIn, kw_only=True):
    """Rights, and why. A superuser must also be staff."""

    is_staff: IsStaff
    is_superuser: IsSuperuser


class AccountOut(msgspec.Struct):
    """An account, as staff see it."""

    id: UUID
    email: Email
    username: Username
    role: Role
    avatar: Avatar
    first_name: FirstName
    last_name: LastName
    time_zone: TimeZone
    bio: Bio
    languages: Languages
    is_active: bool
    is_staff: bool
    is_superuser: bool
    date_joined: datetime


class LoginOut(msgspec.Struct):
    """An active login: when and from where it was created, and when it expires unless used.

    `is_impersonation` is true if a staff member is viewing the site as this user.
    """

    id: UUID
    created_at: datetime
    expires_at: datetime
    address: str | None
    agent: str | None
    is_impersonation: bool


class AccountDetailsOut(AccountOut):
    """An account with its unarchived sessions, bookings, active logins and latest audit log entries."""

    sessions: int
    bookings: int
    email_verified_at: EmailVerifiedAt
    email_refused_at: Annotated[
        datetime | None,
        msgspec.Meta(description="When a mail server refused the address, within 30 days; otherwise `null`."),
    ]
    second_factor_since: Annotated[
        datetime | None, msgspec.Meta(description="When two-step sign-in was turned on; `null` while it is off.")
    ]
    locale: Locale
    deleted_at: DeletedAt
    logins: list[LoginOut]
    log: list[AuditEntryOut]


class DeactivationOut(msgspec.Struct):
    """The account with its upcoming booked starts: all if bookings were cancelled, otherwise the first 100."""

    user: AccountOut
    sold_slots: list[BookedSlotOut]
    more_sold_slots: bool


def account_of(user: User) -> AccountOut:
    """Convert an account to JSON for staff."""
    return msgspec.convert(user, AccountOut, from_attributes=True)


def _deactivation(done: Deactivation) -> DeactivationOut:
    return DeactivationOut(
        user=account_of(done.user),
        sold_slots=[booked_slot_out(slot, done.cancelled) for slot in done.sold_slots],
        more_sold_slots=done.has_more,
    )
