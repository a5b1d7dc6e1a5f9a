"""Errors of waitlists."""

from datetime import datetime

from marketplace.core.errors.families import Conflict


class SeatsFree(Conflict):
    """That many seats are free, so they can be booked."""

    code = "seats_free"
    sentence = "That many seats are free. Book them."


class AlreadyWaiting(Conflict):
    """The person waits for this start already, or has an offer."""

    code = "already_waiting"
    sentence = "You're already on the waitlist of this time."


class WaitlistFull(Conflict):
    """The line of the start, or the number of lines of the person, is at its limit."""

    code = "waitlist_full"
    sentence = "The waitlist of this time is full."


class WaitlistClosed(Conflict):
    """The start is so near that no further offer is made."""

    code = "waitlist_closed"
    sentence = "It's too late to wait for a seat at this time."


class NotOffered(Conflict):
    """No seats are offered to the entry."""

    code = "not_offered"
    sentence = "No seat has been offered to you yet."


class OfferExpired(Conflict):
    """The offer was not accepted in time. `place` is the place in line of a person who joins now."""

    code = "offer_expired"
    sentence = "The offer wasn't accepted in time, and the seat has been passed on."

    def __init__(self, until: datetime, place: int) -> None:
        super().__init__(
            f"The offer was open until {until:%Y-%m-%d %H:%M} UTC, and the seat has been passed on. "
            f"If you join again, you're number {place} in line."
        )
        self.place = place
