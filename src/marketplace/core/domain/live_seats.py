"""Seats as anyone sees them, and what changed between two reads."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from marketplace.core.domain.bookable_starts import BookableRun, BookableStarts, Closing
from marketplace.core.domain.recurring_starts import RecurringStarts

MAX_CHANGED = 60
"""Changed starts that are named one by one: what a booking of a whole day closes at one start every quarter hour."""

Seats = tuple[int, Closing | None]
"""Seats left, and why the start cannot be booked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicStarts:
    """The starts of a listed session in `[begin, end)`, as anyone sees them."""

    creator_id: UUID
    begin: datetime
    end: datetime
    starts: BookableStarts

    def changes(self, later: "PublicStarts") -> BookableStarts | None:
        """Return the starts that differ in a later read, as they are there; `None` if they are too many to name.

        A start that can no longer be booked has no seats left. What only the clock has closed or opened at the two ends
        of the window is no change.
        """
        before, after = self.starts, later.starts
        if (before.duration, before.capacity, before.time_zone) != (after.duration, after.capacity, after.time_zone):
            return None
        # most runs are equal, so only the others are looked at start by start
        begin, end = later.begin, min(self.end, later.end)
        old = _by_start(set(before.runs).difference(after.runs), begin, end)
        new = _by_start(set(after.runs).difference(before.runs), begin, end)
        changed = {start: seats for start, seats in new.items() if old.get(start) != seats}
        changed |= dict.fromkeys(old.keys() - new.keys(), (0, None))
        if len(changed) > MAX_CHANGED:
            return None
        runs = (BookableRun(RecurringStarts(start, 1, 1), *changed[start]) for start in sorted(changed))
        return replace(after, runs=tuple(runs), next=None)


def _by_start(runs: Iterable[BookableRun], begin: datetime, end: datetime) -> dict[datetime, Seats]:
    parts = ((run, run.starts.within(begin, end)) for run in runs)
    return {start: (run.seats_left, run.reason) for run, part in parts if part is not None for start in part}
