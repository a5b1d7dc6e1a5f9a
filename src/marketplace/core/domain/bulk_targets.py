"""Target rows of bulk actions, with the data that their rules need."""

from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

from marketplace.core.domain.booking_steps import BookingAction
from marketplace.core.domain.bookings import Booking
from marketplace.core.domain.bulk import BulkAction
from marketplace.core.domain.principals import Principal, Role
from marketplace.core.domain.sessions import SessionDetails
from marketplace.core.domain.users import User
from marketplace.core.errors import HasUpcomingBookings


@dataclass(frozen=True, slots=True, kw_only=True)
class UserTarget:
    """An account, whether it has unarchived sessions, and their upcoming booked seats."""

    user: User
    has_sessions: bool
    seats: int

    @property
    def id(self) -> UUID:
        return self.user.id

    @property
    def label(self) -> str:
        return self.user.email

    def check(self, action: BulkAction, staff: Principal, now: datetime) -> None:
        """Raise the error that refuses the action.

        The last superuser needs no check: accounts cannot deactivate or demote themselves.
        """
        _ = now
        self.user.require_manageable_by(staff)
        if action == "deactivate_and_cancel":
            if not self.seats:
                self.user.with_active(is_active=False)
        elif action in {"activate", "deactivate"}:
            self.user.with_active(is_active=action == "activate")
        else:
            role: Role = "creator" if action == "make_creator" else "user"
            self.user.with_role(role, has_sessions=self.has_sessions)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionTarget:
    """A session and its upcoming booked seats."""

    session: SessionDetails
    seats: int

    @property
    def id(self) -> UUID:
        return self.session.id

    @property
    def label(self) -> str:
        return self.session.title

    def check(self, action: BulkAction, staff: Principal, now: datetime) -> None:
        """Raise the error that refuses the action."""
        if action == "hide":
            self.session.hidden("", now)
        elif action == "restore":
            self.session.restored()
        elif action == "feature":
            self.session.featured(now)
        elif action == "unfeature":
            self.session.unfeatured()
        else:
            self.session.changed_by(staff, {}, on_behalf=True)
            if self.seats:
                raise HasUpcomingBookings


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingTarget:
    """A booking and the learner's e-mail address."""

    booking: Booking
    email: str

    @property
    def id(self) -> UUID:
        return self.booking.id

    @property
    def seats(self) -> int:
        return self.booking.seats

    @property
    def label(self) -> str:
        return f"{self.email}: {self.booking.terms.title}, {self.booking.starts_at:%Y-%m-%d %H:%M} UTC"

    def check(self, action: BulkAction, staff: Principal, now: datetime) -> None:
        """Raise the error that refuses the action."""
        self.booking.after(cast("BookingAction", action), staff, now)


BulkTarget = UserTarget | SessionTarget | BookingTarget
