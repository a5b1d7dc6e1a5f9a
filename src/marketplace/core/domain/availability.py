"""Availability: which starts of a session can be booked in a window, and why others cannot."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, Self
from uuid import UUID

from marketplace.core.domain.recurring_starts import RecurringStarts
from marketplace.core.domain.schedules import ClosedReason, Schedule
from marketplace.core.domain.sessions import CatalogFilters, SessionDetails
from marketplace.core.domain.slots import LATEST_START, Slot, require_no_overlap

MAX_WINDOW = timedelta(days=62)
MOMENT = timedelta(microseconds=1)
"""The smallest difference between two timestamps."""
Closing = ClosedReason | Literal["exception", "buffer", "other_session", "sold_out"]
"""Why a scheduled start cannot be booked.

`past`, `notice`, `horizon`: closed by the clock; `exception`: closed by a date override; `sold_out`: no seats left;
`other_session`: the creator has another booked session at that time; `buffer`: a buffer before or after a booked
session is in the way.
"""


def requested_window(filters: CatalogFilters, now: datetime) -> tuple[datetime, datetime]:
    """Return the future part of the requested window, half-open; it may be empty."""
    return max(filters.available_from or now, now + MOMENT), min(filters.available_to or LATEST_START, LATEST_START)


@dataclass(frozen=True, slots=True, kw_only=True)
class BookableStart:
    """A start given by the schedule. `reason` says why it cannot be booked; `None` if it can."""

    starts_at: datetime
    ends_at: datetime
    capacity: int
    seats_left: int
    reason: Closing | None

    @classmethod
    def of(cls, slot: Slot, reason: Closing | None = None) -> "BookableStart":
        return cls(
            starts_at=slot.starts_at,
            ends_at=slot.ends_at,
            capacity=slot.capacity,
            seats_left=max(slot.capacity - slot.seats_taken, 0),
            reason=reason,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Availability:
    """A session, its schedule, and all occupied slots of its creator that can affect the window."""

    session: SessionDetails
    schedule: Schedule | None
    occupied: tuple[Slot, ...]

    def bookable_starts(self, begin: datetime, end: datetime, now: datetime) -> tuple[BookableStart, ...]:
        """Return every scheduled start in `[begin, end)`, in order.

        Empty for sessions by arrangement and sessions not in the catalog.
        """
        if self.schedule is None or not self._is_shown():
            return ()
        taken = _OccupiedSlots(self.occupied)
        return tuple(self._evaluated(start, now, taken) for start in self._starts(self.schedule, begin, end))

    def next_bookable_start(
        self, runs: Iterable[RecurringStarts], begin: datetime, end: datetime, now: datetime
    ) -> BookableStart | None:
        """Return the first start in `[begin, end)` that can be booked now, or `None`.

        `runs` are the scheduled starts, in order. A start is evaluated exactly as in `bookable_starts`. `None` for
        sessions by arrangement and sessions not in the catalog.
        """
        if self.schedule is None or not self._is_shown():
            return None
        begin, end = self.schedule.open_window(begin, end, now)
        taken = _OccupiedSlots(self.occupied)
        starts = (start for run in runs for start in run.within(begin, end) or ())
        evaluated = (self._evaluated(start, now, taken) for start in starts)
        return next((bookable for bookable in evaluated if bookable.reason is None), None)

    def has_bookable_start(
        self, runs: Iterable[RecurringStarts], begin: datetime, end: datetime, now: datetime
    ) -> bool:
        """Return whether any start in `[begin, end)` can be booked now.

        A session by arrangement is available unless its creator is busy: no gap in the window is long enough for its
        duration (the session may end after the window), and none of its own booked slots there has a seat left.
        """
        if self.schedule is not None:
            return self.next_bookable_start(runs, begin, end, now) is not None
        begin, end = max(begin, now + MOMENT), min(end, LATEST_START)
        return self._is_shown() and (self._has_room(begin, end) or self._has_seat(begin, end))

    def _is_shown(self) -> bool:
        return self.session.is_listed() and self.session.creator_is_active

    def _has_room(self, begin: datetime, end: datetime) -> bool:
        free_from, takes = begin, timedelta(minutes=self.session.duration)
        for slot in sorted(self.occupied, key=lambda slot: slot.blocked_from):
            if slot.blocked_until > free_from:
                if free_from + takes <= slot.blocked_from:
                    break
                free_from = slot.blocked_until
        return free_from < end

    def _has_seat(self, begin: datetime, end: datetime) -> bool:
        return any(
            slot.session_id == self.session.id
            and begin <= slot.starts_at < end
            and slot.seats_taken < self.session.max_participants
            for slot in self.occupied
        )

    def overridden_starts(self, begin: datetime, end: datetime) -> tuple[BookableStart, ...]:
        """Return the starts in `[begin, end)` that only date overrides remove."""
        if self.schedule is None:
            return ()
        usual = set(self._starts(replace(self.schedule, exceptions=()), begin, end))
        missing = sorted(usual - set(self._starts(self.schedule, begin, end)))
        return tuple(self._removed(start) for start in missing)

    def explained(self, begin: datetime, end: datetime, now: datetime) -> tuple[BookableStart, ...]:
        """Return `bookable_starts` and `overridden_starts` together, in order."""
        found = (*self.bookable_starts(begin, end, now), *self.overridden_starts(begin, end))
        return tuple(sorted(found, key=lambda bookable: bookable.starts_at))

    def with_schedule(self, schedule: Schedule | None, now: datetime) -> Self:
        """Return this availability with another schedule, the session treated as active.

        Upcoming booked slots stay, with the new schedule's buffers. Raises `CreatorUnavailable` if they would overlap.
        """
        session = replace(self.session, status="active")
        own = [slot for slot in self.occupied if slot.session_id == session.id and slot.starts_at > now]
        resized = [Slot.of(session, slot.starts_at, slot.seats_taken, schedule) for slot in own]
        others = [slot for slot in self.occupied if slot not in own]
        require_no_overlap(resized, others)
        return replace(self, session=session, schedule=schedule, occupied=(*resized, *others))

    def _starts(self, schedule: Schedule, begin: datetime, end: datetime) -> tuple[datetime, ...]:
        return schedule.starts(begin, end, self.session.duration)

    def _evaluated(self, start: datetime, now: datetime, taken: "_OccupiedSlots") -> BookableStart:
        slot = Slot.of(self.session, start, taken.seats(self.session.id, start), self.schedule)
        reason: Closing | None = self.schedule.closed_reason(start, now) if self.schedule else None
        if reason is None and slot.seats_taken >= slot.capacity:
            reason = "sold_out"
        return BookableStart.of(slot, reason or taken.blocking_reason(slot))

    def _removed(self, start: datetime) -> BookableStart:
        return replace(BookableStart.of(Slot.of(self.session, start), "exception"), seats_left=0)


class _OccupiedSlots:
    """Occupied slots of one creator. They never overlap, so conflicts are found by binary search."""

    def __init__(self, occupied: tuple[Slot, ...]) -> None:
        self._slots = sorted(occupied, key=lambda slot: slot.blocked_from)
        self._until = [slot.blocked_until for slot in self._slots]
        self._seats = {(slot.session_id, slot.starts_at): slot.seats_taken for slot in occupied}

    def seats(self, session_id: UUID, start: datetime) -> int:
        """Return the seats taken at exactly this start."""
        return self._seats.get((session_id, start), 0)

    def blocking_reason(self, slot: Slot) -> Closing | None:
        """Return why the creator is unavailable for this slot, or `None`."""
        for place in range(bisect_right(self._until, slot.blocked_from), len(self._slots)):
            other = self._slots[place]
            if other.blocked_from >= slot.blocked_until:
                break
            if other.excludes(slot):
                at_once = other.starts_at < slot.ends_at and slot.starts_at < other.ends_at
                return "other_session" if at_once else "buffer"
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogSession(SessionDetails):
    """A session with its first start that can be booked now."""

    next_slot: BookableStart | None
