"""Bookings: seats that somebody holds, the steps of their life, and who may take them."""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Literal, Self
from uuid import UUID

from marketplace.core.entities.users import Contact
from marketplace.core.errors import IllegalTransition, NotFound, TooLate

if TYPE_CHECKING:
    from marketplace.core.entities.sessions import SessionDetails
    from marketplace.core.entities.tokens import Caller

BookingStatus = Literal["pending", "confirmed", "cancelled", "completed"]
LIVE: frozenset[BookingStatus] = frozenset({"pending", "confirmed"})
"""The states in which a booking holds its seats."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingStep:
    """One step of a booking's life. `actor_id` is `None` where the marketplace itself took it."""

    booking_id: UUID
    at: datetime
    actor_id: UUID | None
    from_status: BookingStatus | None
    to_status: BookingStatus
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Booking:
    """Seats at one start of one session. `amount` = price times seats when it was booked."""

    id: UUID
    session_id: UUID
    creator_id: UUID
    user_id: UUID
    starts_at: datetime
    ends_at: datetime
    seats: int
    amount: Decimal
    status: BookingStatus
    created_at: datetime

    def concerns(self, user_id: UUID) -> bool:
        """Whether this person is one of its two parties."""
        return user_id in {self.user_id, self.creator_id}

    def made(self) -> BookingStep:
        """The first step: the learner booked."""
        return BookingStep(
            booking_id=self.id,
            at=self.created_at,
            actor_id=self.user_id,
            from_status=None,
            to_status=self.status,
            reason="",
        )

    def cancelled(self, actor: "Caller", now: datetime) -> tuple[Self, BookingStep]:
        """This booking cancelled, and the step: by the learner before the start, the creator or staff before the end.

        Raises `NotFound` for anybody else, `IllegalTransition` when it holds no seat, `TooLate`.
        """
        if not (self.concerns(actor.user_id) or actor.is_staff):
            raise NotFound
        if self.status not in LIVE:
            raise IllegalTransition(f"The booking is {self.status} already.")
        if now >= (self.starts_at if actor.user_id == self.user_id else self.ends_at):
            raise TooLate
        step = BookingStep(
            booking_id=self.id,
            at=now,
            actor_id=actor.user_id,
            from_status=self.status,
            to_status="cancelled",
            reason="",
        )
        return replace(self, status="cancelled"), step


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingDetails(Booking):
    """A booking as its two parties read it: they see each other's e-mail address."""

    session_details: "SessionDetails"
    user_details: Contact


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingHistory(BookingDetails):
    """One booking with every step of its life, oldest first."""

    history: tuple[BookingStep, ...]
