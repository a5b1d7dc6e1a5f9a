"""Slots: which starts are left, and a start that is called off."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby
from uuid import UUID

from marketplace.core.entities.bookings import BookingHistory
from marketplace.core.entities.fields import Reason, require, validate_field
from marketplace.core.entities.idempotency import IdempotencyKey
from marketplace.core.entities.schedules import Schedule
from marketplace.core.entities.sessions import Session
from marketplace.core.entities.slots import Slot, by_slot, check_apart
from marketplace.core.entities.timetables import WINDOW_MOST, Opening
from marketplace.core.entities.tokens import Caller
from marketplace.core.errors import Faults, Invalid, NotFound, NotYours
from marketplace.core.ports.bookings import BookingLists
from marketplace.core.ports.slots import Timetables
from marketplace.core.ports.system import Clock, Ids
from marketplace.core.ports.unit_of_work import Transaction, UnitOfWork
from marketplace.core.services.bookings import attendance
from marketplace.core.services.idempotency import Made, once


class SlotService:
    """Slots: the starts of sessions. What is listed is judged by the rules that booking goes by."""

    def __init__(
        self, *, unit_of_work: UnitOfWork, timetables: Timetables, lists: BookingLists, clock: Clock, ids: Ids
    ) -> None:
        self._unit_of_work = unit_of_work
        self._timetables = timetables
        self._lists = lists
        self._clock = clock
        self._ids = ids

    def faults(self, begin: datetime, end: datetime) -> Faults:
        """What is wrong with a window of slots."""
        if not begin <= end <= begin + WINDOW_MOST:
            return {"to": [f"Choose a time after `from`, at most {WINDOW_MOST.days} days later."]}
        return {}

    async def list(
        self, caller: Caller | None, session_id: UUID, begin: datetime, end: datetime
    ) -> tuple[Opening, ...]:
        """The starts in `[begin, end)` that can be booked now. Raises `Invalid`, `NotFound`."""
        return tuple(opening for opening in await self._openings(caller, session_id, begin, end) if not opening.reason)

    async def explain(self, caller: Caller, session_id: UUID, begin: datetime, end: datetime) -> tuple[Opening, ...]:
        """As `list`, with those that cannot be booked and why; for the creator. Raises `NotYours` too."""
        return await self._openings(caller, session_id, begin, end, explain=True)

    async def _openings(
        self, caller: Caller | None, session_id: UUID, begin: datetime, end: datetime, *, explain: bool = False
    ) -> tuple[Opening, ...]:
        faults = self.faults(begin, end)
        if faults:
            raise Invalid(faults)
        found = await self._timetables.find(session_id, begin, end)
        if found is None or not found.session.visible_to(caller):
            raise NotFound
        if explain and (caller is None or caller.user_id != found.session.creator_id):
            raise NotYours
        now = self._clock.now()
        if found.schedule and not explain:
            begin, end = found.schedule.open_window(begin, end, now)

        # two months at a step of a minute take a second, in which others must be served
        return await asyncio.to_thread(found.explained if explain else found.openings, begin, end, now)

    async def preview(
        self, caller: Caller, session_id: UUID, schedule: Schedule | None, begin: datetime, end: datetime
    ) -> tuple[Opening, ...]:
        """Every start in `[begin, end)` that a schedule would give a session of one's own, and why some are closed.

        Nothing is kept, and a session that is not listed is judged as if it were. Raises `Invalid`, `NotFound`,
        `NotYours`, `CreatorUnavailable` where the schedule could not be kept, as far as the window shows.
        """
        faults = {**(schedule.faults() if schedule else {}), **self.preview_faults(begin, end)}
        if faults:
            raise Invalid(faults)
        reach = timedelta(minutes=schedule.buffer_before + schedule.buffer_after) if schedule else timedelta()
        found = await self._timetables.find(session_id, begin - reach, end + reach)
        if found is None:
            raise NotFound
        found.session.changed_by(caller, {})
        now = self._clock.now()
        return await asyncio.to_thread(found.under(schedule, now).explained, begin, end, now)

    def preview_faults(self, begin: datetime, end: datetime) -> Faults:
        """What is wrong with a window to see a schedule in."""
        faults = self.faults(begin, end)
        return {"starts_to": faults["to"]} if faults else {}

    async def cancel(
        self,
        caller: Caller,
        session_id: UUID,
        starts_at: datetime,
        reason: str = "",
        *,
        key: IdempotencyKey | None = None,
    ) -> Made[tuple[BookingHistory, ...]]:
        """Cancel every booking of one start of one's own session, all or none.

        Raises `Invalid`, `NotFound`, `NotYours`, `TooLate`, `KeyReused`.
        """
        require(validate_field("reason", Reason, reason))
        batch_id = self._ids.new()

        async def effect(tx: Transaction) -> tuple[BookingHistory, ...]:
            (await tx.sessions.acquire(session_id)).changed_by(caller, {})
            bookings = await tx.bookings.acquire_of_slot(session_id, starts_at)
            now = self._clock.now()
            changes = [booking.after("cancel", caller, now, reason=reason, batch_id=batch_id) for booking in bookings]
            # the slot first: who books it again holds it while looking at these bookings
            await tx.slots.release(*bookings)
            await tx.bookings.save_all(changes)
            return tuple(replace(booking, history=(*booking.history, step)) for booking, step in changes)

        async def replay(batch_id: UUID) -> tuple[BookingHistory, ...]:
            found = await self._lists.of_slot(session_id, starts_at)
            return tuple(booking for booking in found if booking.took_part_in(batch_id))

        now = self._clock.now()
        return await once(self._unit_of_work, effect, replay, key=key, thing_id=batch_id, now=now)


async def call_off(
    tx: Transaction, staff: Caller, creator_id: UUID, now: datetime, *, reason: str, batch_id: UUID
) -> tuple[tuple[BookingHistory, BookingHistory], ...]:
    """Cancel every booking to come of a creator, as the staff: each as it was, and as it is.

    As few statements for thousands of bookings of a start as for two. Needs `acquire_with_sessions`.
    """
    bookings = await tx.bookings.acquire_of_creator(creator_id, now)
    changes = [booking.after("cancel", staff, now, reason=reason, batch_id=batch_id) for booking in bookings]
    for _, of_slot in groupby(sorted(bookings, key=by_slot), by_slot):
        await tx.slots.release(*of_slot)
    await tx.bookings.save_all(changes)
    return tuple((booking, cancelled) for booking, (cancelled, _) in zip(bookings, changes, strict=True))


async def reshape(
    tx: Transaction, session: Session, schedule: Schedule | None, now: datetime, *, was: Session | None = None
) -> None:
    """Give the upcoming slots of an acquired session its capacity and duration, and the schedule's buffers.

    `was` is the session before, where it is changed: what ends sooner by now is attended to sooner. Raises
    `HasUpcomingBookings` when more seats are sold than are left, `CreatorUnavailable` when sold slots would overlap;
    both name the slots.
    """
    await tx.slots.acquire_creator(session.creator_id)
    is_shorter = was is not None and session.duration < was.duration
    # before the slots are, as everywhere; and the pending ones too, so that none is confirmed by the end that was
    bookings = await tx.bookings.acquire_upcoming(session.id, now) if is_shorter else ()
    upcoming = await tx.slots.acquire_upcoming(session.id, now)
    if not upcoming:
        return
    session.check_seats(upcoming)
    reshaped = [Slot.of(session, slot.starts_at, slot.seats_taken, schedule) for slot in upcoming]
    if any(new.reaches_beyond(old) for new, old in zip(reshaped, upcoming, strict=True)):
        begin, end = min(slot.blocked_from for slot in reshaped), max(slot.blocked_until for slot in reshaped)
        occupied = await tx.slots.find_occupied(session.creator_id, begin, end)
        check_apart(reshaped, [slot for slot in occupied if slot.session_id != session.id or slot.starts_at <= now])
    await tx.slots.reshape(session, schedule, now)
    ends = {slot.starts_at: slot.ends_at for slot in reshaped}
    sooner = (
        attendance(replace(each, ends_at=ends[each.starts_at])) for each in bookings if each.status == "confirmed"
    )
    await tx.jobs.enqueue(*filter(None, sooner))
