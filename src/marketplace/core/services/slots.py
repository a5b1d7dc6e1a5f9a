"""Slots: bookable starts, and cancelling a start."""

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import groupby
from uuid import UUID

from marketplace.core.domain.availability import MAX_WINDOW, BookableStart
from marketplace.core.domain.booking_quotes import by_slot
from marketplace.core.domain.bookings import BookingHistory
from marketplace.core.domain.fields import Reason, require, validate_field
from marketplace.core.domain.idempotency import IdempotencyKey
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.schedules import Schedule
from marketplace.core.domain.sessions import Session
from marketplace.core.domain.slots import Slot, require_capacity, require_no_overlap
from marketplace.core.errors import FieldErrors, Invalid, NotFound, NotYours
from marketplace.core.ports.bookings import BookingLists
from marketplace.core.ports.slots import Availabilities
from marketplace.core.ports.system import Clock, Ids
from marketplace.core.ports.unit_of_work import Transaction, UnitOfWork
from marketplace.core.services.bookings import settlement_job
from marketplace.core.services.idempotency import Outcome, idempotently


class SlotService:
    """Slots. Listing applies the same rules as booking."""

    def __init__(
        self, *, unit_of_work: UnitOfWork, availabilities: Availabilities, lists: BookingLists, clock: Clock, ids: Ids
    ) -> None:
        self._unit_of_work = unit_of_work
        self._availabilities = availabilities
        self._lists = lists
        self._clock = clock
        self._ids = ids

    def validate(self, begin: datetime, end: datetime) -> FieldErrors:
        """Validate a window of slots."""
        if not begin <= end <= begin + MAX_WINDOW:
            return {"to": [f"Use a time after `from`, at most {MAX_WINDOW.days} days later."]}
        return {}

    async def list(
        self, principal: Principal | None, session_id: UUID, begin: datetime, end: datetime
    ) -> tuple[BookableStart, ...]:
        """Return the starts in `[begin, end)` that can be booked now. Raises `Invalid`, `NotFound`."""
        return tuple(
            bookable
            for bookable in await self._bookable_starts(principal, session_id, begin, end)
            if not bookable.reason
        )

    async def explain(
        self, principal: Principal, session_id: UUID, begin: datetime, end: datetime
    ) -> tuple[BookableStart, ...]:
        """Return all starts, closed ones with the reason, to the creator. Raises as `list` does, and `NotYours`."""
        return await self._bookable_starts(principal, session_id, begin, end, explain=True)

    async def _bookable_starts(
        self, principal: Principal | None, session_id: UUID, begin: datetime, end: datetime, *, explain: bool = False
    ) -> tuple[BookableStart, ...]:
        errors = self.validate(begin, end)
        if errors:
            raise Invalid(errors)
        found = await self._availabilities.find(session_id, begin, end)
        if found is None or not found.session.visible_to(principal):
            raise NotFound
        if explain and (principal is None or principal.user_id != found.session.creator_id):
            raise NotYours
        now = self._clock.now()
        if found.schedule and not explain:
            begin, end = found.schedule.open_window(begin, end, now)

        # two months of starts every minute take about a second: don't block the event loop
        return await asyncio.to_thread(found.explained if explain else found.bookable_starts, begin, end, now)

    async def preview(
        self, principal: Principal, session_id: UUID, schedule: Schedule | None, begin: datetime, end: datetime
    ) -> tuple[BookableStart, ...]:
        """Return every start in `[begin, end)` that a schedule would give one's own session, with reasons.

        Nothing is saved, and an unlisted session is treated as listed. Raises `Invalid`, `NotFound`, `NotYours`, and
        `CreatorUnavailable` if the schedule conflicts with booked slots in the window.
        """
        errors = {**(schedule.validate() if schedule else {}), **self.validate_preview(begin, end)}
        if errors:
            raise Invalid(errors)
        reach = timedelta(minutes=schedule.buffer_before + schedule.buffer_after) if schedule else timedelta()
        found = await self._availabilities.find(session_id, begin - reach, end + reach)
        if found is None:
            raise NotFound
        found.session.changed_by(principal, {})
        now = self._clock.now()
        return await asyncio.to_thread(found.with_schedule(schedule, now).explained, begin, end, now)

    def validate_preview(self, begin: datetime, end: datetime) -> FieldErrors:
        """Validate the window of a preview."""
        errors = self.validate(begin, end)
        return {"starts_to": errors["to"]} if errors else {}

    async def cancel(
        self,
        principal: Principal,
        session_id: UUID,
        starts_at: datetime,
        reason: str = "",
        *,
        key: IdempotencyKey | None = None,
    ) -> Outcome[tuple[BookingHistory, ...]]:
        """Cancel every booking of one start of one's own session, all or none.

        Raises `Invalid`, `NotFound`, `NotYours`, `TooLate`, `KeyReused`.
        """
        require(validate_field("reason", Reason, reason))
        batch_id = self._ids.new()

        async def operation(tx: Transaction) -> tuple[BookingHistory, ...]:
            (await tx.sessions.acquire(session_id)).changed_by(principal, {})
            bookings = await tx.bookings.acquire_of_slot(session_id, starts_at)
            now = self._clock.now()
            changes = [
                booking.after("cancel", principal, now, reason=reason, batch_id=batch_id) for booking in bookings
            ]
            # lock the slot first: a buyer who books it again holds it while reading these bookings
            await tx.slots.release(*bookings)
            await tx.bookings.save_all(changes)
            return tuple(replace(booking, history=(*booking.history, step)) for booking, step in changes)

        async def replay(batch_id: UUID) -> tuple[BookingHistory, ...]:
            found = await self._lists.of_slot(session_id, starts_at)
            return tuple(booking for booking in found if booking.is_in_batch(batch_id))

        now = self._clock.now()
        return await idempotently(self._unit_of_work, operation, replay, key=key, resource_id=batch_id, now=now)


async def cancel_all(
    tx: Transaction, staff: Principal, creator_id: UUID, now: datetime, *, reason: str, batch_id: UUID
) -> tuple[tuple[BookingHistory, BookingHistory], ...]:
    """Cancel every upcoming booking of a creator, as staff. Return each before and after.

    The number of statements grows with the slots, not with the bookings. Needs `acquire_with_sessions`.
    """
    bookings = await tx.bookings.acquire_of_creator(creator_id, now)
    changes = [booking.after("cancel", staff, now, reason=reason, batch_id=batch_id) for booking in bookings]
    for _, of_slot in groupby(sorted(bookings, key=by_slot), by_slot):
        await tx.slots.release(*of_slot)
    await tx.bookings.save_all(changes)
    return tuple((booking, cancelled) for booking, (cancelled, _) in zip(bookings, changes, strict=True))


async def resize(
    tx: Transaction, session: Session, schedule: Schedule | None, now: datetime, *, previous: Session | None = None
) -> None:
    """Apply capacity, duration and the schedule's buffers to the upcoming slots of an acquired session.

    `previous` is the session before the change: bookings that now end sooner get an earlier settlement job. Raises
    `HasUpcomingBookings` if more seats are booked than the capacity, `CreatorUnavailable` if booked slots would
    overlap; both have the starts.
    """
    await tx.slots.acquire_creator(session.creator_id)
    is_shorter = previous is not None and session.duration < previous.duration
    # lock bookings before slots, as everywhere; pending ones too, so that none is confirmed with the old end
    bookings = await tx.bookings.acquire_upcoming(session.id, now) if is_shorter else ()
    upcoming = await tx.slots.acquire_upcoming(session.id, now)
    if not upcoming:
        return
    require_capacity(session, upcoming)
    resized = [Slot.of(session, slot.starts_at, slot.seats_taken, schedule) for slot in upcoming]
    if any(new.reaches_beyond(old) for new, old in zip(resized, upcoming, strict=True)):
        begin, end = min(slot.blocked_from for slot in resized), max(slot.blocked_until for slot in resized)
        occupied = await tx.slots.find_occupied(session.creator_id, begin, end)
        require_no_overlap(
            resized, [slot for slot in occupied if slot.session_id != session.id or slot.starts_at <= now]
        )
    await tx.slots.resize(session, schedule, now)
    ends = {slot.starts_at: slot.ends_at for slot in resized}
    sooner = (
        settlement_job(replace(each, ends_at=ends[each.starts_at])) for each in bookings if each.status == "confirmed"
    )
    await tx.jobs.enqueue(*filter(None, sooner))
