"""The events of a calendar feed: one per booking for a learner, one per slot for a creator."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from marketplace.core.domain.addresses import SiteAddresses
from marketplace.core.domain.booking_details import BookingHistory
from marketplace.core.domain.booking_steps import BookingStep
from marketplace.core.domain.calendars import (
    CalendarEvent,
    EventStatus,
    FeedBookings,
    FeedWindow,
    Venue,
    wall_times,
)


@dataclass(slots=True)
class _Slot:
    """The bookings that are or were at one start of one session, with the steps they took there."""

    bookings: list[BookingHistory] = field(default_factory=list)
    steps: list[BookingStep] = field(default_factory=list)


def feed_events(found: FeedBookings, window: FeedWindow, addresses: SiteAddresses) -> tuple[CalendarEvent, ...]:
    """Return the events of a feed, those of its owner's bookings first.

    If the feed is full, its farthest slot is left out, since some of its attendees may be missing.
    """
    booked = [each.seen_by(found.owner_id) for each in found.bookings if each.creator_id != found.owner_id]
    slots: dict[tuple[UUID, datetime], _Slot] = defaultdict(_Slot)
    for booking in found.bookings:
        if booking.creator_id == found.owner_id:
            for start, step in _steps_by_start(booking):
                slot = slots[booking.session_id, start]
                slot.steps.append(step)
                if slot.bookings[-1:] != [booking]:
                    slot.bookings.append(booking)
    if len(found.bookings) >= window.maximum and slots:
        farthest = window.farthest(found.bookings)
        slots = {key: slot for key, slot in slots.items() if key[1] != farthest} or slots
    zone = found.time_zone
    sold = [_event(slot, start, addresses, zone) for (_, start), slot in slots.items() if start >= window.since]
    return (*(CalendarEvent.of(booking, addresses, zone) for booking in booked), *sold)


def _steps_by_start(booking: BookingHistory) -> Iterator[tuple[datetime, BookingStep]]:
    """Yield each step with the start the booking had; a move belongs to both of its starts."""
    start = booking.starts_at
    for step in reversed(booking.history):
        yield start, step
        if step.from_start is not None and step.from_start != start:
            start = step.from_start
            yield start, step


def _event(slot: _Slot, start: datetime, addresses: SiteAddresses, viewer_zone: str | None) -> CalendarEvent:
    """Return the event of a slot.

    It has the title as sold, unless its bookings were sold under several, and lasts as long as its longest booking.
    A slot is not stored with a revision. The steps taken at it only become more, also when a booking moves away, so
    their number is the `sequence`.
    """
    first = slot.bookings[0]
    session = first.session_details
    present = [each for each in slot.bookings if each.starts_at == start and each.status != "cancelled"]
    moments = [step.at for step in slot.steps]
    there = present or [each for each in slot.bookings if each.starts_at == start]
    length = max((each.terms.duration for each in there), default=session.duration)
    titles = {each.terms.title for each in there}
    visited = {each.address for each in present}
    return CalendarEvent(
        uid=f"{first.session_id}-{start.astimezone(UTC):%Y%m%dT%H%M%SZ}@marketplace",
        sequence=len(slot.steps) - 1 + session.revision,
        status=_status(present),
        summary=titles.pop() if len(titles) == 1 else session.title,
        description="\n".join(
            [
                *wall_times(start, session.time_zone, viewer_zone),
                f"Seats: {sum(each.seats for each in present)}",
                *map(_attendee, present),
            ]
        ),
        starts_at=start,
        ends_at=start + timedelta(minutes=length),
        created_at=min(moments),
        changed_at=max([*moments, session.revised_at or min(moments)]),
        organizer_id=first.creator_id,
        organizer_name=session.creator_details.display_name,
        url=addresses.attendees(first.session_id),
        venue=Venue.of(session, visited.pop() if len(visited) == 1 else None),
    )


def _status(present: list[BookingHistory]) -> EventStatus:
    if not present:
        return "CANCELLED"
    return "TENTATIVE" if all(each.status == "pending" for each in present) else "CONFIRMED"


def _attendee(booking: BookingHistory) -> str:
    seats = "1 seat" if booking.seats == 1 else f"{booking.seats} seats"
    return f"{booking.user_details.display_name}: {seats}{' (pending)' if booking.status == 'pending' else ''}"
