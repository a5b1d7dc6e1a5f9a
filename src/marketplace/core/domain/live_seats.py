"""Seats as anyone sees them, and what changed between two reads."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from marketplace.core.domain.availability import MAX_WINDOW, Availability
from marketplace.core.domain.bookable_starts import BookableRun, BookableStarts, Closing
from marketplace.core.domain.evaluated_starts import MOMENT
from marketplace.core.domain.recurring_starts import RecurringStarts
from marketplace.core.domain.slots import Slot

MAX_CHANGED = 60
"""Changed starts that are named one by one: what a booking of a whole day closes at one start every quarter hour."""

Seats = tuple[int, Closing | None]
"""Seats left, and why the start cannot be booked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicStarts:
    """What anyone saw of a session's starts in the `MAX_WINDOW` from `read_at`.

    Those that can be booked or, of a session by arrangement, those that are suggested, with the reason.
    """

    availability: Availability
    read_at: datetime

    @property
    def session_id(self) -> UUID:
        return self.availability.session.id

    @property
    def creator_id(self) -> UUID:
        return self.availability.session.creator_id

    def changes(self, later: "PublicStarts") -> BookableStarts | None:
        """Return the starts that differ in a later read, as they are there; `None` if they are too many to name.

        A start that can no longer be booked has no seats left. Both are evaluated at the time of the later read, so
        what the clock alone has closed or opened is no change.
        """
        before, after = _evaluated(self.availability), _evaluated(later.availability)
        session, former = after.session, before.session
        if (session.duration, session.max_participants) != (former.duration, former.max_participants):
            return None
        windows = _windows(before, after, later.read_at, self.read_at + MAX_WINDOW)
        if len(windows) > MAX_CHANGED:
            return None
        changed = dict[datetime, Seats]()
        for begin, end in windows:
            former_runs = set(_runs(self.availability, before, begin, end, later.read_at))
            runs = set(_runs(later.availability, after, begin, end, later.read_at))
            old, new = _by_start(former_runs - runs), _by_start(runs - former_runs)
            changed |= {start: seats for start, seats in new.items() if old.get(start) != seats}
            changed |= dict.fromkeys(old.keys() - new.keys(), (0, None))
        if len(changed) > MAX_CHANGED:
            return None
        starts = ((RecurringStarts(start, 1, 1), *changed[start]) for start in sorted(changed))
        return after.shown_as(tuple(BookableRun(*each) for each in starts))


def _evaluated(found: Availability) -> Availability:
    return found.suggesting() if found.schedule is None else found


def _runs(
    found: Availability, evaluated: Availability, begin: datetime, end: datetime, now: datetime
) -> Iterable[BookableRun]:
    runs_of = evaluated.explained_runs if found.schedule is None else evaluated.free_runs
    return runs_of(begin, end, now)


def _windows(
    before: Availability, after: Availability, begin: datetime, end: datetime
) -> list[tuple[datetime, datetime]]:
    """Return the parts of `[begin, end)` outside which no start differs.

    They are those that changed slots exclude, if nothing else has changed, so that little has to be evaluated.
    """
    if replace(before, occupied=()) != replace(after, occupied=()) or after.schedule is None:
        return [(begin, end)]
    length = timedelta(minutes=after.session.duration + after.schedule.buffer_after)
    buffer = timedelta(minutes=after.schedule.buffer_before) + MOMENT
    near = _merged((slot.blocked_from - length, slot.blocked_until + buffer) for slot in _changed(before, after))
    return [(max(since, begin), min(until, end)) for since, until in near if since < end and begin < until]


def _changed(before: Availability, after: Availability) -> Iterator[Slot]:
    """Yield the occupied slots that are not the same in both. Slots of a creator don't overlap."""
    left = {slot.blocked_from: slot for slot in before.occupied}
    for slot in after.occupied:
        former = left.pop(slot.blocked_from, None)
        if former != slot:
            yield slot
            if former is not None:
                yield former
    yield from left.values()


def _merged(windows: Iterable[tuple[datetime, datetime]]) -> Iterator[tuple[datetime, datetime]]:
    """Yield the windows in order, those that overlap as one."""
    ordered = sorted(windows)
    while ordered:
        begin, end = ordered.pop(0)
        while ordered and ordered[0][0] <= end:
            end = max(end, ordered.pop(0)[1])
        yield begin, end


def _by_start(runs: Iterable[BookableRun]) -> dict[datetime, Seats]:
    return {start: (run.seats_left, run.reason) for run in runs for start in run.starts}
