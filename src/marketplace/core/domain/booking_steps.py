"""Steps of a booking: its statuses, the actions that change them, and who may take which."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

BookingStatus = Literal["pending", "confirmed", "cancelled", "completed"]
BookingAction = Literal["confirm", "decline", "cancel", "complete", "expire"]
StepAction = Literal["book", "confirm", "decline", "cancel", "complete", "expire", "reschedule", "seats"]
"""Action of a history step. `expire`: the learner did not pay, or the creator did not respond, in time.

A `confirm` without an actor is a payment: of a `pending` booking, of one that expired unpaid and is live again, or of
seats that were added to a `confirmed` one.
"""
AllowedAction = Literal["confirm", "decline", "cancel", "complete", "reschedule", "seats", "pay"]
"""Actions a viewer can be offered on a booking."""
LIVE: frozenset[BookingStatus] = frozenset({"pending", "confirmed"})
"""Statuses that can still change. Every status but `cancelled` holds its seats."""
TRANSITIONS: dict[BookingAction, dict[BookingStatus, BookingStatus]] = {
    "confirm": {"pending": "confirmed"},
    "decline": {"pending": "cancelled"},
    "cancel": {"pending": "cancelled", "confirmed": "cancelled"},
    "complete": {"confirmed": "completed"},
    "expire": {"pending": "cancelled"},
}
"""The resulting status of each action; an action not listed for a status is illegal."""
MANUAL_ACTIONS: tuple[Literal["confirm", "decline", "cancel", "complete"], ...] = (
    "confirm",
    "decline",
    "cancel",
    "complete",
)
"""Actions taken by people, except rescheduling."""
CREATOR_ACTIONS: frozenset[BookingAction] = frozenset({"confirm", "decline", "complete"})
"""Actions the learner cannot take, even as staff; other staff can. Declining their own request withdraws it."""
REQUEST_ANSWERS: frozenset[BookingAction] = frozenset({"confirm", "decline", "expire"})
"""Actions that end a request for another start, if there is one. The booking keeps its status."""
AUTOMATIC_ACTIONS: frozenset[BookingAction] = frozenset({"expire"})
"""Actions taken by the settlement job only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BookingStep:
    """One step in a booking's history. `actor_id` is `None` for automatic steps.

    Starts and seats are set only if the step changed them, before and after. A step that requests another start, or
    ends the request without moving the booking, has only `to_start`. `reason` holds only text written by a person.
    """

    booking_id: UUID
    at: datetime
    actor_id: UUID | None
    action: StepAction
    from_status: BookingStatus | None
    to_status: BookingStatus
    reason: str
    batch_id: UUID | None = None
    """Shared by all steps taken by one request."""
    from_start: datetime | None = None
    to_start: datetime | None = None
    from_seats: int | None = None
    to_seats: int | None = None

    @property
    def cancels(self) -> bool:
        """Whether it cancelled the booking, which only a payment that came too late undoes."""
        return self.to_status == "cancelled"

    @property
    def pays(self) -> bool:
        """Whether it is the payment of the booking."""
        return self.action == "confirm" and self.actor_id is None and self.from_status != "confirmed"

    @property
    def pays_seats(self) -> bool:
        """Whether it is the payment of seats that were added to a paid booking."""
        return self.action == "confirm" and self.actor_id is None and self.from_status == "confirmed"
