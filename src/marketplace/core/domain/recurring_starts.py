"""Runs of evenly spaced starts, stored as three values."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

MINUTE = timedelta(minutes=1)
MAX_STEP = 7 * 24 * 60
"""Maximum minutes between two starts of a run: a week."""


@dataclass(frozen=True, slots=True)
class RecurringStarts:
    """`count` instants, every `step` minutes from `first`. The step of a single instant is meaningless."""

    first: datetime
    step: int
    count: int

    @property
    def last(self) -> datetime:
        return self.first + (self.count - 1) * self.step * MINUTE

    def __iter__(self) -> Iterator[datetime]:
        return (self.first + number * self.step * MINUTE for number in range(self.count))

    def within(self, begin: datetime, end: datetime) -> "RecurringStarts | None":
        """Return the part of the run in `[begin, end)`, or `None`."""
        if begin <= self.first and self.last < end:
            return self
        stride = self.step * MINUTE
        skipped = max(0, -((self.first - begin) // stride))
        kept = min(self.count, -((self.first - end) // stride)) - skipped
        return RecurringStarts(self.first + skipped * stride, self.step, kept) if kept > 0 else None

    def joined_with(self, following: "RecurringStarts") -> "RecurringStarts | None":
        """Return both runs as one if their combined starts are evenly spaced, else `None`."""
        gap, odd = divmod(following.first - self.last, MINUTE)
        steps = {run.step for run in (self, following) if run.count > 1}
        if odd or gap > MAX_STEP or steps - {gap}:
            return None
        return RecurringStarts(self.first, gap, self.count + following.count)


def merge_in_order(runs: Iterable[RecurringStarts]) -> tuple[RecurringStarts, ...]:
    """Merge runs into ordered, non-overlapping runs without duplicates."""
    found: list[RecurringStarts] = []
    for run in _split_overlapping(sorted(runs, key=lambda run: run.first)):
        joined = found[-1].joined_with(run) if found else None
        if joined:
            found[-1] = joined
        else:
            found.append(run)
    return tuple(found)


def _split_overlapping(runs: list[RecurringStarts]) -> Iterator[RecurringStarts]:
    """Yield runs in order; overlapping ones are split into single instants."""
    overlapping_runs: list[RecurringStarts] = []
    until: datetime | None = None
    for run in runs:
        if until is not None and run.first > until:
            yield from _expand_overlapping(overlapping_runs)
            overlapping_runs, until = [], None
        overlapping_runs.append(run)
        until = run.last if until is None else max(until, run.last)
    yield from _expand_overlapping(overlapping_runs)


def _expand_overlapping(runs: list[RecurringStarts]) -> Iterable[RecurringStarts]:
    if len(runs) <= 1:
        return runs
    return [RecurringStarts(instant, 1, 1) for instant in sorted({instant for run in runs for instant in run})]
