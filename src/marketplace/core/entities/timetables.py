"""Timetables: which starts of a session can be booked in a window, and why others cannot."""

from bisect import bisect_right
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal, Self

from marketplace.core.entities.schedules import ClosedReason, Schedule
from marketplace.core.entities.sessions import SessionDetails
from marketplace.core.entities.slots import Slot, check_apart

WINDOW_MOST = timedelta(days=62)
Closing = ClosedReason | Literal["exception", "buffer", "other_session", "sold_out"]
"""Why a start of the schedule cannot be booked.

`past`, `notice`, `horizon`: by the clock; `exception`: the schedule's own; `sold_out`: no seat is left;
`other_session`: the creator is taken then; `buffer`: they are taken so shortly before or after that a buffer is in
the way.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A start that the schedule gives. `reason` is why it cannot be booked, `None` when it can."""

    starts_at: datetime
    ends_at: datetime
    capacity: int
    seats_left: int
    reason: Closing | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Timetable:
    """A session, its schedule, and every occupied slot of its creator that may matter to the window."""

    session: SessionDetails
    schedule: Schedule | None
    occupied: tuple[Slot, ...]

    def openings(self, begin: datetime, end: datetime, now: datetime) -> tuple[Opening, ...]:
        """Every start in `[begin, end)` by the schedule, in order; none for an open or a hidden session."""
        if self.schedule is None or not (self.session.is_listed() and self.session.creator_is_active):
            return ()
        taken = _Taken(self.occupied)
        return tuple(self._judged(start, now, taken) for start in self._starts(self.schedule, begin, end))

    def exceptions(self, begin: datetime, end: datetime) -> tuple[Opening, ...]:
        """The starts in `[begin, end)` that only the schedule's exceptions took away."""
        if self.schedule is None:
            return ()
        usual = set(self._starts(replace(self.schedule, exceptions=()), begin, end))
        missing = sorted(usual - set(self._starts(self.schedule, begin, end)))
        return tuple(self._taken_away(start) for start in missing)

    def explained(self, begin: datetime, end: datetime, now: datetime) -> tuple[Opening, ...]:
        """Both together, in order."""
        found = (*self.openings(begin, end, now), *self.exceptions(begin, end))
        return tuple(sorted(found, key=lambda opening: opening.starts_at))

    def under(self, schedule: Schedule | None, now: datetime) -> Self:
        """This timetable as it would be with another schedule, and the session listed.

        Sold slots to come stay, with the buffers of the other schedule. Raises `CreatorUnavailable` where they would
        overlap.
        """
        session = replace(self.session, status="active")
        own = [slot for slot in self.occupied if slot.session_id == session.id and slot.starts_at > now]
        reshaped = [Slot.of(session, slot.starts_at, slot.seats_taken, schedule) for slot in own]
        others = [slot for slot in self.occupied if slot not in own]
        check_apart(reshaped, others)
        return replace(self, session=session, schedule=schedule, occupied=(*reshaped, *others))

    def _starts(self, schedule: Schedule, begin: datetime, end: datetime) -> tuple[datetime, ...]:
        return schedule.starts(begin, end, self.session.duration)

    def _judged(self, start: datetime, now: datetime, taken: "_Taken") -> Opening:
        slot = Slot.of(self.session, start, schedule=self.schedule)
        left = max(slot.capacity - taken.seats(slot), 0)
        reason: Closing | None = self.schedule.closed_reason(start, now) if self.schedule else None
        if reason is None and left == 0:
            reason = "sold_out"
        return Opening(
            starts_at=start,
            ends_at=slot.ends_at,
            capacity=slot.capacity,
            seats_left=left,
            reason=reason or taken.in_the_way(slot),
        )

    def _taken_away(self, start: datetime) -> Opening:
        slot = Slot.of(self.session, start)
        return Opening(starts_at=start, ends_at=slot.ends_at, capacity=slot.capacity, seats_left=0, reason="exception")


class _Taken:
    """Occupied slots of one creator. None of them overlap, so those in the way of a time are found by its place."""

    def __init__(self, occupied: tuple[Slot, ...]) -> None:
        self._slots = sorted(occupied, key=lambda slot: slot.blocked_from)
        self._until = [slot.blocked_until for slot in self._slots]
        self._seats = {(slot.session_id, slot.starts_at): slot.seats_taken for slot in occupied}

    def seats(self, slot: Slot) -> int:
        """How many are taken at this very start."""
        return self._seats.get((slot.session_id, slot.starts_at), 0)

    def in_the_way(self, slot: Slot) -> Closing | None:
        """Why the creator cannot be there at that time, if they cannot."""
        for place in range(bisect_right(self._until, slot.blocked_from), len(self._slots)):
            other = self._slots[place]
            if other.blocked_from >= slot.blocked_until:
                break
            if other.excludes(slot):
                at_once = other.starts_at < slot.ends_at and slot.starts_at < other.ends_at
                return "other_session" if at_once else "buffer"
        return None
