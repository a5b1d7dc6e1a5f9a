"""The line of a start within a transaction: offering free seats, and ending entries.

The lock of the slot guards its line. Every path that frees seats ends here, in its own transaction, so a seat is free
only if no one who fits waits for it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from marketplace.core.domain.booking_quotes import BookingQuote
from marketplace.core.domain.bookings import Booking
from marketplace.core.domain.events import WaitlistEvent
from marketplace.core.domain.schedules import Schedule
from marketplace.core.domain.sessions import Session
from marketplace.core.domain.slots import Slot
from marketplace.core.domain.waitlist import WaitlistEntry, WaitlistStatus, closing_of, with_offer, without_entry
from marketplace.core.ports.jobs import Job
from marketplace.core.ports.unit_of_work import Transaction


async def release(tx: Transaction, now: datetime, *bookings: Booking) -> None:
    """Release the seats of bookings, those held at requested starts too, and offer them to those who wait."""
    await _pass_on_freed(tx, await tx.slots.release(*bookings, with_lines=False), now)


async def release_held(tx: Transaction, now: datetime, *bookings: Booking) -> None:
    """Release only the seats that are held at requested starts, and offer them to those who wait."""
    await _pass_on_freed(tx, await tx.slots.release_held(*bookings, with_lines=False), now)


async def _pass_on_freed(tx: Transaction, slots: Iterable[Slot], now: datetime) -> None:
    """Save slots with the seats that were released, and offer these."""
    for freed in slots:
        if freed.waiting and await pass_on(tx, freed, now) == freed:
            await tx.waitlist.save(freed)


async def offer_all(tx: Transaction, slots: Iterable[Slot], now: datetime) -> None:
    """Offer the free seats of acquired slots."""
    for slot in slots:
        await pass_on(tx, slot, now)


async def offer_again(tx: Transaction, slots: Iterable[Slot], now: datetime) -> None:
    """Offer the free seats of slots that may have changed since they were acquired."""
    for slot in slots:
        if slot.waiting:
            await offer_seats_of(tx, *slot.key, now)


async def offer_seats_of(tx: Transaction, session_id: UUID, starts_at: datetime, now: datetime) -> None:
    """Offer the free seats of a start, if there are any."""
    slot = await tx.waitlist.acquire_slot(session_id, starts_at)
    if slot is not None:
        await pass_on(tx, slot, now)


async def with_expired_offers_passed_on(tx: Transaction, quote: BookingQuote, now: datetime) -> BookingQuote:
    """Return a quote in which seats of expired offers are free, unless others wait for them. Locks their slot."""
    if quote.slot is None or not quote.slot.has_due_offers(now):
        return quote
    slot = await tx.waitlist.acquire_slot(*quote.slot.key)
    return quote if slot is None else replace(quote, slot=await pass_on(tx, slot, now))


async def with_own_entry_ended(tx: Transaction, quote: BookingQuote, user_id: UUID, now: datetime) -> BookingQuote:
    """Return a quote in which seats of expired offers and of the person's own are free. Locks their slot.

    The person's open entry ends as booked: the seats have to be taken in this transaction.
    """
    slot = None if quote.slot is None else await tx.waitlist.acquire_slot(*quote.slot.key)
    if slot is None:
        return quote
    slot = await pass_on(tx, slot, now)
    own = await tx.waitlist.find_open(user_id, *slot.key)
    if own is not None:
        slot = without_entry(slot, own)
        await tx.waitlist.save(slot, own.ended("booked", now))
    return replace(quote, slot=slot)


async def pass_on(tx: Transaction, slot: Slot, now: datetime, *ended: WaitlistEntry) -> Slot:
    """End what is due in the line of an acquired slot, offer its free seats, and return it as saved. Idempotent.

    Offers that `ended`, and that the slot no longer counts, are saved with the first offer. A slot whose last seat
    goes to the next person is never saved as empty: a buyer who opens an overlapping one would wait for it, and
    it for them.
    """
    if not slot.waiting:
        return await _saved(tx, slot, ended)
    has_due = slot.has_due_offers(now)
    if has_due:
        due = await _expire(tx, slot, now)
        slot, ended = _without(slot, due), (*ended, *(entry.ended("expired", now) for entry in due))
    if slot.seats_taken == 0 and await _is_blocked(tx, slot):
        return await close(tx, await _saved(tx, slot, ended), now)
    while slot.waiting and slot.seats_left:
        found = await tx.waitlist.first_fitting(slot, slot.seats_left)
        if found is None:
            break
        entry, is_able = found
        if is_able and now < entry.last_offer_at:
            slot = await _offer(tx, slot, entry, now, ended)
        elif now < entry.last_offer_at:
            slot = await _end(tx, await _saved(tx, slot, ended), [entry], "closed", now)
        else:
            slot = await _end_overdue(tx, await _saved(tx, slot, ended), now)
        ended = ()
    slot = await _saved(tx, slot, ended)
    if has_due and slot.seats_on_offer:
        slot = replace(slot, offers_until=await tx.waitlist.first_offer_end(slot))
        await tx.waitlist.save(slot)
    return slot


async def _saved(tx: Transaction, slot: Slot, ended: Sequence[WaitlistEntry]) -> Slot:
    if ended:
        await tx.waitlist.save(slot, *ended)
    return slot


async def settle(tx: Transaction, slot: Slot, now: datetime) -> Slot:
    """Do what `pass_on` does, and end the line when its time has come."""
    return await _end_overdue(tx, await pass_on(tx, slot, now), now)


async def _expire(tx: Transaction, slot: Slot, now: datetime) -> Sequence[WaitlistEntry]:
    """Announce and return the offers of a slot that are due. They are not saved."""
    due = await tx.waitlist.due_offers(slot, now)
    for offer in due:
        await tx.events.add(WaitlistEvent.of("waitlist.expired", offer, now))
    return due


async def _is_blocked(tx: Transaction, slot: Slot) -> bool:
    """Return whether another slot of the creator, occupied since, excludes this empty one."""
    others = await tx.slots.find_occupied(slot.creator_id, slot.blocked_from, slot.blocked_until)
    return any(other.excludes(slot) for other in others)


async def _offer(
    tx: Transaction, slot: Slot, entry: WaitlistEntry, now: datetime, ended: Sequence[WaitlistEntry]
) -> Slot:
    offer = entry.offered(now)
    slot = with_offer(slot, offer)
    await tx.waitlist.save(slot, *ended, offer)
    await tx.events.add(WaitlistEvent.of("waitlist.offered", offer, now))
    await tx.jobs.enqueue(settlement_job(offer))
    return slot


async def _end_overdue(tx: Transaction, slot: Slot, now: datetime) -> Slot:
    if not slot.waiting:
        return slot
    overdue = [entry for entry in await tx.waitlist.open_of_slot(slot) if entry.is_due(now)]
    return await _end(tx, slot, overdue, "closed", now)


async def _end(
    tx: Transaction, slot: Slot, entries: Sequence[WaitlistEntry], status: WaitlistStatus, now: datetime
) -> Slot:
    """End entries, which were read under the lock of their slot. Return the slot as saved."""
    return await _saved(tx, _without(slot, entries), [entry.ended(status, now) for entry in entries])


def _without(slot: Slot, entries: Iterable[WaitlistEntry]) -> Slot:
    for entry in entries:
        slot = without_entry(slot, entry)
    return slot


async def leave(tx: Transaction, slot: Slot, entry_id: UUID, now: datetime) -> Slot:
    """End an entry of an acquired slot for its person, unless it ended before, and pass its seats on.

    One whose offer has expired ends as that.
    """
    entry = await tx.waitlist.find(entry_id)
    if entry is None or not entry.is_open:
        return slot
    if entry.status == "offered" and entry.is_due(now):
        return await pass_on(tx, slot, now)
    slot, left = without_entry(slot, entry), entry.ended("left", now)
    if entry.status == "waiting":
        # saved first: freed seats are offered to those who are stored as waiting
        return await pass_on(tx, await _saved(tx, slot, [left]), now)
    await tx.events.add(WaitlistEvent.of("waitlist.ended", entry, now))
    return await pass_on(tx, slot, now, left)


async def close(tx: Transaction, slot: Slot, now: datetime) -> Slot:
    """End the line of an acquired slot, release the seats on offer, and tell its people. Return the slot as saved."""
    if not slot.waiting:
        return slot
    entries = await tx.waitlist.open_of_slot(slot)
    slot = await _end(tx, slot, entries, "closed", now)
    for entry in entries:
        await tx.events.add(WaitlistEvent.of("waitlist.closed", entry, now))
    return slot


async def fit_line(tx: Transaction, slot: Slot, session: Session, schedule: Schedule | None, now: datetime) -> Slot:
    """Adapt the line of an acquired slot to its session as it will be, and return the slot as saved.

    The line ends if the start cannot be booked by the schedule now: its offers could not be accepted. Otherwise an
    entry ends that wants more seats than there are, or whose seats on offer, the last first, are no longer there.
    """
    if not slot.waiting:
        return slot
    if schedule is not None and not schedule.is_bookable(slot.starts_at, session.duration, now):
        return await close(tx, slot, now)
    ending, excess = list[WaitlistEntry](), slot.seats_taken - session.max_participants
    entries = await tx.waitlist.open_of_slot(slot)
    for entry in reversed(entries):
        if entry.seats > session.max_participants or (entry.held_seats and excess > 0):
            ending.append(entry)
            excess -= entry.held_seats
    slot = await _end(tx, slot, ending, "closed", now)
    for entry in ending:
        await tx.events.add(WaitlistEvent.of("waitlist.closed", entry, now))
    closes_at = closing_of(slot.starts_at, schedule)
    moved = [replace(entry, closes_at=closes_at) for entry in entries if entry not in ending]
    if any(entry.closes_at != closes_at for entry in entries):
        await tx.waitlist.save(slot, *moved)
        await tx.jobs.enqueue(*map(settlement_job, moved))
    return slot


async def close_slots(tx: Transaction, keys: Iterable[tuple[UUID, datetime]], now: datetime) -> None:
    """End the lines of slots, in order of start."""
    for session_id, starts_at in sorted(keys, key=lambda key: (key[1], key[0])):
        slot = await tx.waitlist.acquire_slot(session_id, starts_at)
        if slot is not None:
            await close(tx, slot, now)


async def close_session(tx: Transaction, session_id: UUID, now: datetime) -> None:
    """End all lines of an acquired session."""
    await close_slots(tx, await tx.waitlist.open_slots(session_id=session_id), now)


async def leave_all(tx: Transaction, user_id: UUID, now: datetime) -> None:
    """End the entries of an acquired account that is no longer active, and those in the lines of its own sessions."""
    own = {entry.slot_key: entry for entry in await tx.waitlist.open_of_user(user_id)}
    taught = await tx.waitlist.open_slots(creator_id=user_id)
    for key in sorted({*own, *taught}, key=lambda key: (key[1], key[0])):
        slot = await tx.waitlist.acquire_slot(*key)
        if slot is not None:
            await (leave(tx, slot, own[key].id, now) if key in own else close(tx, slot, now))


def settlement_job(entry: WaitlistEntry) -> Job:
    """Return the job that ends an open entry in time."""
    return Job(kind="settle_waitlist", subject=entry.id, run_at=entry.next_due())
