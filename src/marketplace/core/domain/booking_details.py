"""Bookings as they are shown: with their session and learner, with their history, and the filters of lists."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, Self
from uuid import UUID

from marketplace.core.domain.booking_moments import Offer, allowed_actions
from marketplace.core.domain.booking_steps import LIVE, AllowedAction, BookingStatus, BookingStep
from marketplace.core.domain.bookings import Booking, response_deadline
from marketplace.core.domain.conversations import writable_until
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.sessions import SessionDetails
from marketplace.core.domain.users import Contact
from marketplace.core.errors import IllegalTransition, TooLate

AUTHORIZATION_HOLD = timedelta(days=6)
"""How long the creator can respond after the payment: a provider holds an authorized amount for seven days or more."""

REVIEWABLE_FOR = timedelta(days=90)
"""How long after its end a completed booking can be reviewed."""

BookingOrdering = Literal["-created_at", "booking_date", "-booking_date"]


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingDetails(Booking):
    """A booking with the session as it stands and the contact details that its two parties see."""

    session_details: SessionDetails
    user_details: Contact

    @property
    def join_url(self) -> str | None:
        """The session's join link, as far as it is shown: see `seen_by`."""
        return self.session_details.join_url

    def seen_by(self, reader_id: UUID | None) -> Self:
        """Return the booking as a reader sees it; see `Principal.private_reader_id` and `Session.seen_by`.

        The learner sees the session's private details while the booking is confirmed. Both parties, and only they, see
        the address that the creator comes to.
        """
        has_seat = reader_id == self.user_id and self.status == "confirmed"
        session = self.session_details.seen_by(reader_id, has_seat=has_seat)
        is_shown = self.address is None or (reader_id is not None and self.has_party(reader_id))
        if is_shown and session is self.session_details:
            return self
        return replace(self, session_details=session, address=self.address if is_shown else None)

    @property
    def cancellable_until(self) -> datetime | None:
        """Deadline for the learner to cancel or reschedule; `None` once settled."""
        if self.awaits_payment():
            return self.starts_at
        return self.last_cancellation if self.status in LIVE else None

    @property
    def reviewable_until(self) -> datetime | None:
        """Deadline for the learner to review it; `None` unless it is completed."""
        return self.ends_at + REVIEWABLE_FOR if self.status == "completed" else None

    def allowed_actions(self, viewer: Principal, now: datetime) -> tuple[AllowedAction, ...]:
        """Return the actions this viewer may take now, by the same rules as the actions themselves.

        `reschedule` also needs an available start, and `seats` a free seat if more are wanted.
        """
        session = self.session_details
        offer = Offer(self.seats > 1, session.is_bookable(), session.requires_confirmation)
        return allowed_actions(self.moment(viewer, now), offer)


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingHistory(BookingDetails):
    """A booking with its history, oldest step first."""

    history: tuple[BookingStep, ...]

    @property
    def messages_until(self) -> datetime:
        """When the conversation of the two parties closes."""
        ended = (each.at for each in reversed(self.history) if each.cancels)
        return writable_until(self.ends_at, next(ended, None) if self.status == "cancelled" else None)

    @property
    def is_paid(self) -> bool:
        return not self.awaits_payment() and any(each.pays for each in self.history)

    @property
    def authorized_until(self) -> datetime | None:
        paid_at = next((each.at for each in reversed(self.history) if each.pays), None)
        return paid_at and paid_at + AUTHORIZATION_HOLD

    def was_paid_after(self, place: int) -> bool:
        """Return whether the first `place` steps came before the payment that the booking asks or asked for."""
        is_unpaid = self.pay_by is not None and not self.owes_seats()
        return is_unpaid or any(each.pays for each in self.history[place:])

    def paid(self, now: datetime, *, requires_confirmation: bool) -> tuple[Self, BookingStep]:
        """Return the booking after its payment, and its step: confirmed, or pending until the creator responds.

        One that owes seats stays confirmed. Raises `IllegalTransition` if it asks for no payment. It does so until it
        has expired, or given the seats back, even past `pay_by`.
        """
        if not self.asks_payment():
            raise IllegalTransition(f"The booking is {self.status}.")
        requires_confirmation = requires_confirmation and not self.owes_seats()
        return self._with_payment(now, requires_confirmation=requires_confirmation)

    def revived(self, now: datetime, *, requires_confirmation: bool) -> tuple[Self, BookingStep]:
        """Return the booking, which expired unpaid, after a payment that came too late, and its step; see `paid`.

        Its seats have to be taken again. Raises `IllegalTransition` if anything else ended it, and `TooLate` if its
        start has passed.
        """
        if self.status != "cancelled" or self.pay_by is None or self.history[-1].action != "expire":
            raise IllegalTransition(f"The booking is {self.status}.")
        if now >= self.starts_at:
            raise TooLate
        return self._with_payment(now, requires_confirmation=requires_confirmation)

    def _with_payment(self, now: datetime, *, requires_confirmation: bool) -> tuple[Self, BookingStep]:
        """Return the booking as paid, and its step."""
        until = min(response_deadline(now, self.starts_at), now + AUTHORIZATION_HOLD)
        step = self._step("confirm", "pending" if requires_confirmation else "confirmed", None, now, "")
        respond_by = until if requires_confirmation else None
        return replace(self, status=step.to_status, pay_by=None, respond_by=respond_by), step

    def is_in_batch(self, batch_id: UUID) -> bool:
        """Return whether any step belongs to this batch."""
        return any(step.batch_id == batch_id for step in self.history)


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingFilters:
    """Filters of booking lists. Empty `statuses` match any; starts lie in `[starts_from, starts_to)`.

    With `awaits_creator`, only bookings that the creator has to answer match.
    """

    statuses: frozenset[BookingStatus] = frozenset()
    session: UUID | None = None
    starts_from: datetime | None = None
    starts_to: datetime | None = None
    awaits_creator: bool = False
    ordering: BookingOrdering = "-created_at"

    def is_contradictory(self) -> bool:
        """Return whether the filters exclude every booking, so that no query is needed."""
        return self.starts_from is not None and self.starts_to is not None and self.starts_from >= self.starts_to

    def matches(self, booking: Booking) -> bool:
        return (
            (not self.statuses or booking.status in self.statuses)
            and self.session in {None, booking.session_id}
            and (not self.awaits_creator or booking.awaits_creator())
            and (self.starts_from is None or self.starts_from <= booking.starts_at)
            and (self.starts_to is None or booking.starts_at < self.starts_to)
        )


ANY_BOOKING = BookingFilters()
