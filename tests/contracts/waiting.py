"""A full start with people who wait for it, and what must hold of every line."""

from collections import Counter
from datetime import datetime
from typing import Any

from builders import TOMORROW, Services, principal_of, slots_of, stored_session, stored_user
from contracts.harness import live_bookings
from marketplace.core.domain.booking_details import BookingDetails
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.sessions import Session
from marketplace.core.domain.waitlist import WaitlistDetails, WaitlistEntry
from marketplace.core.ports.storage import Storage


async def a_person(storage: Storage, **changes: Any) -> Principal:
    return principal_of(await stored_user(storage, **changes))


async def full_start(
    storage: Storage, services: Services, seats: int = 1, **changes: Any
) -> tuple[Session, Principal, BookingDetails]:
    """Return a session whose start tomorrow has no seat left, the learner who has them all, and their booking."""
    session = await stored_session(storage, max_participants=seats, **changes)
    learner = await a_person(storage)
    booking = (await services.bookings.book(learner, session.id, TOMORROW, seats)).resource
    return session, learner, booking


async def waiting(
    storage: Storage, services: Services, session: Session, seats: int = 1, at: datetime = TOMORROW, **changes: Any
) -> tuple[Principal, WaitlistDetails]:
    """Let a new person wait for seats of a start, and return them with their entry."""
    person = await a_person(storage, **changes)
    return person, (await services.waitlist.join(person, session.id, at, seats)).resource


async def entry_of(storage: Storage, entry: WaitlistEntry) -> WaitlistDetails:
    found = await storage.waitlists.find(entry.id)
    assert found is not None
    return found


async def status_of(storage: Storage, entry: WaitlistEntry) -> str:
    return (await entry_of(storage, entry)).status


async def check_lines(storage: Storage, session: Session) -> None:
    """Check that each slot counts its bookings and offers, and that no one who fits waits for a free seat."""
    booked, on_offer, open_entries = Counter[datetime](), Counter[datetime](), Counter[datetime]()
    for booking in await live_bookings(storage, session):
        booked[booking.starts_at] += booking.seats
        if booking.requested_start is not None:
            booked[booking.requested_start] += booking.held_seats
    slots = {slot.starts_at: slot for slot in await slots_of(storage, session)}
    page = await storage.waitlists.open_of_creator(session.creator_id, 1_000, None, session.id)
    assert page.next is None
    for entry in page.items:
        open_entries[entry.starts_at] += 1
        on_offer[entry.starts_at] += entry.held_seats
        fits = entry.seats <= slots[entry.starts_at].seats_left
        assert not (entry.status == "waiting" and fits), f"{entry.seats} seats are free for {entry.id}"
        assert entry.status == "waiting" or (entry.offer_until is not None and entry.offer_until < entry.starts_at)
    for start, slot in slots.items():
        assert slot.seats_taken == booked[start] + on_offer[start] <= slot.capacity
        assert (slot.seats_on_offer, slot.waiting) == (on_offer[start], open_entries[start])
        assert slot.offers_until is None or slot.seats_on_offer
