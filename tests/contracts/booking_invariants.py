"""Invariants of a creator's bookings, read through the ports alone."""

import asyncio
from collections import Counter
from datetime import datetime, timedelta
from itertools import combinations, pairwise
from uuid import UUID

from fakes import NOW
from marketplace.core.domain.booking_details import BookingHistory
from marketplace.core.domain.booking_steps import LIVE, TRANSITIONS, BookingStep
from marketplace.core.domain.slots import Slot
from marketplace.core.ports.storage import Storage

LONG_AGO = NOW - timedelta(days=400)
LEGAL = {(action, before, after) for action, leads in TRANSITIONS.items() for before, after in leads.items()}


async def bookings_of(storage: Storage, creator_id: UUID) -> list[BookingHistory]:
    """Return every booking of a creator with its history, oldest first."""
    ids: list[UUID] = []
    after: str | None = None
    while True:
        page = await storage.booking_lists.of_creator(creator_id, 100, after)
        ids += [booking.id for booking in page.items]
        after = page.next
        if after is None:
            break
    found = await asyncio.gather(*(storage.booking_lists.find(booking_id) for booking_id in reversed(ids)))
    return [booking for booking in found if booking is not None]


async def occupied_slots(storage: Storage, session_ids: set[UUID]) -> list[Slot]:
    """Return every occupied slot of these sessions, including past ones."""
    async with storage.unit_of_work() as tx:
        slots = [await tx.slots.acquire_upcoming(session_id, LONG_AGO) for session_id in sorted(session_ids)]
    return [slot for of_session in slots for slot in of_session]


async def check_books(storage: Storage, creator_id: UUID) -> list[BookingHistory]:
    """Check each booking's history and each slot's seats, and return the creator's bookings."""
    bookings = await bookings_of(storage, creator_id)
    slots = await occupied_slots(storage, {booking.session_id for booking in bookings})
    sold = Counter[tuple[UUID, datetime]]()
    for booking in bookings:
        check_history(booking)
        if booking.status != "cancelled":
            sold[booking.session_id, booking.starts_at] += booking.seats
        if booking.requested_start is not None and booking.held_seats:
            sold[booking.session_id, booking.requested_start] += booking.held_seats
    assert {(slot.session_id, slot.starts_at): slot.seats_taken for slot in slots} == dict(sold)
    assert [slot for slot in slots if slot.seats_taken > slot.capacity] == []
    ends = {(slot.session_id, slot.starts_at): slot.ends_at for slot in slots}
    live = [booking for booking in bookings if booking.status in LIVE]
    assert [each for each in live if ends[each.session_id, each.starts_at] < each.ends_at] == []
    assert [pair for pair in combinations(slots, 2) if pair[0].excludes(pair[1])] == []
    held = Counter((each.user_id, each.session_id, each.starts_at) for each in live)
    assert [seat for seat, times in held.items() if times > 1] == []
    return bookings


def check_history(booking: BookingHistory) -> None:
    """Check that the first step books and that every later step continues from the one before."""
    first, *later = booking.history
    assert (booking.requested_start is not None) >= bool(booking.held_seats)
    assert booking.requested_start is None or (booking.status == "confirmed" and later[-1].action == "reschedule")
    assert (first.from_status, first.at, first.actor_id) == (None, booking.created_at, booking.user_id)
    assert first.to_status in LIVE
    for before, step in pairwise(booking.history):
        assert step.from_status == before.to_status
        assert step.at >= before.at
    assert first.action == "book"
    assert [
        step for step in later if not any(is_kind(step) for is_kind in (is_move, is_request, is_seats, is_legal))
    ] == []
    at = booking.starts_at
    for step in reversed([step for step in later if step.from_start is not None]):
        assert step.to_start == at != step.from_start
        at = step.from_start or at
    seats = booking.seats
    for step in reversed([step for step in later if step.from_seats is not None]):
        assert step.to_seats == seats != step.from_seats
        seats = step.from_seats or seats
    assert booking.history[-1].to_status == booking.status
    assert (booking.respond_by is not None) is booking.awaits_creator()


def is_legal(step: BookingStep) -> bool:
    """Return whether the action leads from one status to the other, and changes nothing else."""
    changed = (step.from_start, step.to_start, step.from_seats, step.to_seats)
    return (step.action, step.from_status, step.to_status) in LEGAL and changed == (None, None, None, None)


def is_move(step: BookingStep) -> bool:
    """Return whether the step moved a live booking, which keeps its status."""
    is_confirmed_move = (step.action, step.to_status) == ("confirm", "confirmed")
    is_kept = step.from_status == step.to_status
    return step.from_start is not None and is_kept and (step.action == "reschedule" or is_confirmed_move)


def is_seats(step: BookingStep) -> bool:
    """Return whether the step changed the seats of a live booking, and nothing else."""
    is_kept = step.from_status == step.to_status and step.to_status in LIVE
    seats = (step.from_seats, step.to_seats)
    return step.action == "seats" and is_kept and None not in seats and (step.from_start, step.to_start) == (None, None)


def is_request(step: BookingStep) -> bool:
    """Return whether the step requested another start for a confirmed booking, or ended such a request."""
    is_kept = step.from_status == step.to_status == "confirmed"
    return (
        step.action in {"reschedule", "decline", "expire"}
        and is_kept
        and (step.from_start, step.to_start is None) == (None, False)
    )
