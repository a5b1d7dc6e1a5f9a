"""Slots: bookable starts, and cancelling a start."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from marketplace.core.domain.availability import MAX_WINDOW, Availability
from marketplace.core.domain.bookable_starts import BookableRun, BookableStarts
from marketplace.core.domain.booking_details import BookingHistory
from marketplace.core.domain.fields import Reason, require, validate_field
from marketplace.core.domain.idempotency import IdempotencyKey
from marketplace.core.domain.live_seats import PublicStarts
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.schedules import Schedule
from marketplace.core.domain.sessions import Session
from marketplace.core.domain.slots import LATEST_START, Slot, require_capacity, require_no_overlap
from marketplace.core.errors import FieldErrors, Invalid, NotFound, NotYours
from marketplace.core.ports.bookings import BookingLists
from marketplace.core.ports.slots import Availabilities
from marketplace.core.ports.system import Clock, Ids
from marketplace.core.ports.unit_of_work import Transaction, UnitOfWork
from marketplace.core.services.idempotency import Outcome, idempotently
from marketplace.core.services.visibility import require_visible
from marketplace.core.services.waitlist_lines import close, close_slots, fit_line, offer_again, offer_all

MAX_STARTS = 2_000
"""Starts of one answer: two months of one every 15 minutes, for 8 hours a day."""
PERIOD = timedelta(days=31)


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
        return _window_errors(begin, end, "from", "to")

    async def list(
        self, principal: Principal | None, session_id: UUID, begin: datetime, end: datetime
    ) -> BookableStarts:
        """Return the first `MAX_STARTS` in `[begin, end)` that can be booked now. Raises `Invalid`, `NotFound`."""
        found = await self._visible(principal, session_id, begin, end)
        return await self._first_starts(found, found.free_runs, begin, end)

    async def explain(self, principal: Principal, session_id: UUID, begin: datetime, end: datetime) -> BookableStarts:
        """Return closed starts, too, with the reason, to the creator. Raises as `list` does, and `NotYours`."""
        found = await self._visible(principal, session_id, begin, end)
        if principal.user_id != found.session.creator_id:
            raise NotYours
        return await self._first_starts(found, found.explained_runs, begin, end)

    async def suggest(
        self, principal: Principal | None, session_id: UUID, begin: datetime, end: datetime
    ) -> BookableStarts:
        """Return the first `MAX_STARTS` that the creator's hours suggest for a session by arrangement.

        Taken ones have the reason. None for a session with a schedule. Raises as `list` does.
        """
        found = await self._visible(principal, session_id, begin, end)
        if found.schedule is not None:
            return found.shown_as(())
        suggesting, begin, end = found.suggesting(), max(begin, self._clock.now()), min(end, LATEST_START)
        return await self._first_starts(suggesting, suggesting.explained_runs, begin, end)

    async def public(self, session_id: UUID) -> PublicStarts:
        """Return what anyone sees of the next `MAX_WINDOW`, for pages that stay open. Raises `NotFound`.

        That is what `list` returns or, for a session by arrangement, `suggest`.
        """
        found = await self.public_of([session_id])
        if not found:
            raise NotFound
        return found[session_id]

    async def public_of(self, session_ids: Sequence[UUID]) -> dict[UUID, PublicStarts]:
        """Return what `public` does, by session, without those that are not found. One statement."""
        now = self._clock.now()
        found = await self._availabilities.find_all(session_ids, now, now + MAX_WINDOW)
        seen = [PublicStarts(availability=each, read_at=now) for each in found if each.session.visible_to(None)]
        return {each.session_id: each for each in seen}

    async def _visible(
        self, principal: Principal | None, session_id: UUID, begin: datetime, end: datetime
    ) -> Availability:
        errors = self.validate(begin, end)
        if errors:
            raise Invalid(errors)
        found = await self._availabilities.find(session_id, begin, end)
        if found is None:
            raise NotFound
        await require_visible(found.session, principal, self._lists)
        return found

    async def _first_starts(
        self,
        found: Availability,
        runs_of: Callable[[datetime, datetime, datetime], Iterable[BookableRun]],
        begin: datetime,
        end: datetime,
    ) -> BookableStarts:
        """Return the first `MAX_STARTS`. Other requests have their turn after each `PERIOD`."""
        now, runs, room = self._clock.now(), list[BookableRun](), MAX_STARTS
        while begin < end:
            for run in runs_of(begin, min(begin + PERIOD, end), now):
                if run.starts.count > room:
                    first, rest = run.starts.part(0, room), run.starts.part(room, run.starts.count)
                    kept = [run._replace(starts=first)] if room else []
                    return found.shown_as((*runs, *kept), rest.first)
                runs.append(run)
                room -= run.starts.count
            begin += PERIOD
            if begin < end:
                await asyncio.sleep(0)
        return found.shown_as(tuple(runs))

    async def preview(
        self, principal: Principal, session_id: UUID, schedule: Schedule | None, begin: datetime, end: datetime
    ) -> BookableStarts:
        """Return the first `MAX_STARTS` in `[begin, end)` that a schedule would give one's own session, with reasons.

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
        previewed = found.with_schedule(schedule, self._clock.now())
        return await self._first_starts(previewed, previewed.explained_runs, begin, end)

    def validate_preview(self, begin: datetime, end: datetime) -> FieldErrors:
        """Validate the window of a preview."""
        return _window_errors(begin, end, "starts_from", "starts_to")

    async def cancel(
        self,
        principal: Principal,
        session_id: UUID,
        starts_at: datetime,
        reason: str = "",
        *,
        key: IdempotencyKey | None = None,
    ) -> Outcome[tuple[BookingHistory, ...]]:
        """Cancel every booking of one start of one's own session, all or none, and decline requests for it.

        Its waitlist ends.

        Raises `Invalid`, `NotFound`, `NotYours`, `TooLate`, `KeyReused`.
        """
        require(validate_field("reason", Reason, reason))
        batch_id = self._ids.new()

        async def operation(tx: Transaction) -> tuple[BookingHistory, ...]:
            (await tx.sessions.acquire(session_id)).changed_by(principal, {})
            bookings = await tx.bookings.acquire_of_slot(session_id, starts_at)
            now = self._clock.now()
            here = [booking for booking in bookings if booking.starts_at == starts_at]
            requests = [booking for booking in bookings if booking.starts_at != starts_at]
            changes = [booking.after("cancel", principal, now, reason=reason, batch_id=batch_id) for booking in here]
            declined = [booking.without_request(principal, now, reason) for booking in requests]
            # lock the slots first: a buyer who books one again holds it while reading these bookings
            freed = [*await tx.slots.release(*here), *await tx.slots.release_held(*requests)]
            slots = {slot.starts_at: slot for slot in freed}  # as released last: bookings and requests may share one
            if starts_at in slots:
                await close(tx, slots.pop(starts_at), now)
            else:  # perhaps offers hold seats
                await close_slots(tx, [(session_id, starts_at)], now)
            await offer_again(tx, slots.values(), now)
            await tx.bookings.save_all([*changes, *declined])
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

    The number of statements grows with the slots, not with the bookings. Waitlists of these slots end. Needs
    `acquire_with_sessions`.
    """
    bookings = await tx.bookings.acquire_of_creator(creator_id, now)
    changes = [booking.after("cancel", staff, now, reason=reason, batch_id=batch_id) for booking in bookings]
    for slot in await tx.slots.release(*bookings):
        await close(tx, slot, now)
    await tx.bookings.save_all(changes)
    return tuple((booking, cancelled) for booking, (cancelled, _) in zip(bookings, changes, strict=True))


async def resize(tx: Transaction, session: Session, schedule: Schedule | None, now: datetime) -> None:
    """Apply capacity, duration and the schedule's buffers to the upcoming slots of an acquired session.

    A slot stays as long as the bookings in it were sold for. Its waitlist is offered the seats that are added, and ends
    if the start can no longer be booked by the schedule. Raises `HasUpcomingBookings` if more seats are booked than
    the capacity, `CreatorUnavailable` if booked slots would overlap; both have the starts.
    """
    await tx.slots.acquire_creator(session.creator_id)
    upcoming = await tx.slots.acquire_upcoming(session.id, now)
    if not upcoming:
        return
    require_capacity(session, upcoming)
    fitted = [await fit_line(tx, slot, session, schedule, now) for slot in upcoming]
    sold = await tx.slots.find_sold_durations(session.id, now)
    sized = [
        Slot.of(session, slot.starts_at, schedule=schedule, sold_duration=sold.get(slot.starts_at, 0)).with_line_of(
            slot
        )
        for slot in fitted
    ]
    upcoming = tuple(slot for slot in fitted if slot.seats_taken)
    resized = [slot for slot in sized if slot.seats_taken]
    if any(new.reaches_beyond(old) for new, old in zip(resized, upcoming, strict=True)):
        begin, end = min(slot.blocked_from for slot in resized), max(slot.blocked_until for slot in resized)
        occupied = await tx.slots.find_occupied(session.creator_id, begin, end)
        require_no_overlap(
            resized, [slot for slot in occupied if slot.session_id != session.id or slot.starts_at <= now]
        )
    await tx.slots.resize(resized)
    await offer_all(tx, sized, now)
    # a slot whose offers have all ended is occupied again only now, if others were offered its seats
    await tx.slots.resize([slot for slot in sized if not slot.seats_taken and slot.waiting])


def _window_errors(begin: datetime, end: datetime, begin_name: str, end_name: str) -> FieldErrors:
    if begin <= end <= begin + MAX_WINDOW:
        return {}
    return {end_name: [f"Use a time after `{begin_name}`, at most {MAX_WINDOW.days} days later."]}
