"""Time zone data: what was sold keeps its wall time when the rules of a zone change."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo
from functools import partial
from itertools import groupby
from uuid import UUID
from zoneinfo import ZoneInfo

from marketplace.core.domain.booking_details import BookingHistory
from marketplace.core.domain.slots import LATEST_START
from marketplace.core.domain.zone_changes import Move, SlotKey, SoldSlots, UnrecordedStart, ZoneChange, zone_changes
from marketplace.core.domain.zone_names import known_zone
from marketplace.core.errors import AlreadyBooked, CreatorUnavailable, SoldOut
from marketplace.core.ports.jobs import Job
from marketplace.core.ports.local_starts import LocalStart, PromisedSlots
from marketplace.core.ports.system import Clock, FormerZones
from marketplace.core.ports.unit_of_work import Transaction, UnitOfWork
from marketplace.core.services.booking_steps import settlement_job
from marketplace.core.services.materialized_availability import MaterializedAvailabilityService
from marketplace.core.services.retries import with_retries
from marketplace.core.services.waitlist_lines import close_slots, release, release_held

PAGE = 1_000
BOOKINGS_PER_TRANSACTION = 500
TRANSACTIONS_PER_JOB = 50
PAUSE, DAY = timedelta(seconds=1), timedelta(days=1)


class ZoneService:
    """Sold slots and the zone data. Unsold starts are computed from schedules, so they need no change."""

    def __init__(
        self,
        *,
        unit_of_work: UnitOfWork,
        promised_slots: PromisedSlots,
        availability: MaterializedAvailabilityService,
        former_zones: FormerZones,
        clock: Clock,
    ) -> None:
        self._unit_of_work = unit_of_work
        self._promised_slots = promised_slots
        self._availability = availability
        self._former_zones = former_zones
        self._clock = clock

    async def begin(self) -> None:
        """Enqueue `record_missing` now; it then repeats daily."""
        await self._record_at(self._clock.now())

    async def record_missing(self, _: UUID | None = None) -> None:
        """Record local starts of upcoming bookings that an earlier release wrote, and enqueue the next job.

        The handler of `record_local_starts`. Concurrent jobs share the work, and an interrupted one keeps its progress.
        """
        now = since = self._clock.now()
        for _transaction in range(TRANSACTIONS_PER_JOB):
            last = await with_retries(partial(self._record_some, now, since))
            if last is None:
                await self._record_at(now.replace(hour=0, minute=0, second=0, microsecond=0) + DAY)
                return
            since = last
        await self._record_at(now + PAUSE)

    async def record_all(self) -> None:
        """Record all of them now, however many there are."""
        now = since = self._clock.now()
        while (last := await with_retries(partial(self._record_some, now, since))) is not None:
            since = last

    async def _record_some(self, now: datetime, since: datetime) -> datetime | None:
        async with self._unit_of_work() as tx:
            found = await tx.local_starts.acquire_unrecorded(now, since, BOOKINGS_PER_TRANSACTION)
            # each is a file to read and parse
            zones = {name: self._zone_before(name) for name in {known_zone(start.time_zone) for start in found}}
            await tx.local_starts.record([(start, _as_sold(start, zones)) for start in found])
            return found[-1].starts_at if found else None

    def _zone_before(self, name: str) -> tzinfo:
        return self._former_zones.find(name) or ZoneInfo(name)

    async def _record_at(self, run_at: datetime) -> None:
        async with self._unit_of_work() as tx:
            await tx.jobs.enqueue(Job(kind="record_local_starts", subject=None, run_at=run_at))

    async def compare(self) -> tuple[ZoneChange, ...]:
        """Return the sold slots whose local start is another instant by the present zone data, by creator and start."""
        now, found, after = self._clock.now(), list[ZoneChange](), None
        while page := await self._promised_slots.page(now, PAGE, after):
            found += zone_changes(page, now)
            after = page[-1].key
        return tuple(sorted(found, key=lambda change: (change.slot.creator_id, change.slot.starts_at)))

    async def apply(self) -> tuple[ZoneChange, ...]:
        """Move these slots to their local start, each creator in one transaction, and refresh the catalog.

        Returns the changes; one that could not be made says why. A booking gets a step and its event as after any move;
        its request for another start, if either start moves, expires before.
        """
        found = list[ZoneChange]()
        for creator_id, of_creator in groupby(await self.compare(), lambda change: change.slot.creator_id):
            seen = tuple(of_creator)
            try:
                found += await with_retries(partial(self._apply_to, creator_id))
            except (AlreadyBooked, CreatorUnavailable, SoldOut):
                found += [replace(change, kept=change.kept or "occupied") for change in seen]
        await self._availability.renew_all()
        return tuple(found)

    async def _apply_to(self, creator_id: UUID) -> tuple[ZoneChange, ...]:
        async with self._unit_of_work() as tx:
            # neither buyers nor edits of the creator's sessions change what is read, and cancelling needs the bookings
            await tx.users.acquire_with_sessions(creator_id)
            await tx.slots.acquire_creator(creator_id)
            now = self._clock.now()
            acquired = await tx.bookings.acquire_of_creator(creator_id, now)
            changed = zone_changes(await tx.local_starts.of_creator(creator_id, now), now)
            await close_slots(tx, [change.slot.key for change in changed if change.kept is None], now)
            bookings = defaultdict[SlotKey, list[BookingHistory]](list)
            for booking in await _without_requests(tx, acquired, changed, now):
                bookings[booking.session_id, booking.starts_at].append(booking)
            sold = SoldSlots(
                occupied={slot.key: slot for slot in await tx.slots.find_occupied(creator_id, now, LATEST_START)},
                promised={slot.key: slot for slot in await tx.local_starts.of_creator(creator_id, now)},
                buyers={key: frozenset(booking.user_id for booking in each) for key, each in bookings.items()},
            )
            changes, moves = sold.plan(now)
            # empty all slots before any is occupied: one may move to where another was
            for key in sorted((move.change.slot.key for move in moves), key=lambda key: key[1]):
                await release(tx, now, *bookings[key])
            for move in moves:
                await _move(tx, move, bookings[move.change.slot.key], now)
            return changes


def _as_sold(start: UnrecordedStart, zones: Mapping[str, tzinfo]) -> LocalStart:
    name = known_zone(start.time_zone)
    return start.starts_at.astimezone(zones[name]).replace(tzinfo=None, fold=0), name


async def _without_requests(
    tx: Transaction, bookings: Iterable[BookingHistory], changed: Iterable[ZoneChange], now: datetime
) -> list[BookingHistory]:
    """End the requests of which either start is to move: held seats would stay behind, or be in the way."""
    keys = {change.slot.key for change in changed if change.kept is None}
    kept, ending = list[BookingHistory](), list[BookingHistory]()
    for booking in bookings:
        starts = {booking.starts_at, booking.requested_start}
        is_ending = booking.requested_start is not None and any((booking.session_id, at) in keys for at in starts)
        (ending if is_ending else kept).append(booking)
    ended = [booking.with_request_expired(now) for booking in ending]
    await release_held(tx, now, *ending)
    await tx.bookings.save_all(ended)
    await tx.jobs.enqueue(*filter(None, (settlement_job(booking) for booking, _ in ended)))
    return [*kept, *(booking for booking, _ in ended)]


async def _move(tx: Transaction, move: Move, bookings: Iterable[BookingHistory], now: datetime) -> None:
    agreed = move.change.slot
    for booking in bookings:
        moved, step = booking.moved_with_clocks(move.target.starts_at, agreed.local_start, agreed.time_zone, now)
        if not await tx.slots.move(move.target, moved, step, settlement_job(moved)):
            raise SoldOut
