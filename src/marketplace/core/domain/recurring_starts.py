"""Runs of evenly spaced starts, stored as three values."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from operator import attrgetter

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
        start, stride = self.first, self.step * MINUTE
        for _ in range(self.count):
            yield start
            start += stride

    def within(self, begin: datetime, end: datetime) -> "RecurringStarts | None":
        """Return the part of the run in `[begin, end)`, or `None`."""
        if begin <= self.first and self.last < end:
            return self
        skipped, until = self.before(begin), self.before(end)
        return self.part(skipped, until) if skipped < until else None

    def before(self, instant: datetime) -> int:
        """Return how many of the starts are before an instant."""
        if instant <= self.first:
            return 0
        return min(-((self.first - instant) // (self.step * MINUTE)), self.count)

    def part(self, begin: int, end: int) -> "RecurringStarts":
        """Return the starts with the indices `[begin, end)`."""
        if begin == 0 and end == self.count:
            return self
        return RecurringStarts(self.first + begin * self.step * MINUTE, self.step, end - begin)

    def cut(self, instants: Sequence[datetime]) -> "Iterator[RecurringStarts]":
        """Yield the run in pieces, each of which is before or after all of these ordered instants."""
        rest = self
        for instant in instants[bisect_right(instants, self.first) : bisect_right(instants, self.last)]:
            index = rest.before(instant)
            if 0 < index < rest.count:
                yield rest.part(0, index)
                rest = rest.part(index, rest.count)
        yield rest

    def joined_with(self, following: "RecurringStarts") -> "RecurringStarts | None":
        """Return both runs as one if their combined starts are evenly spaced, else `None`."""
        gap, odd = divmod(following.first - self.last, MINUTE)
        if odd or gap > MAX_STEP:
            return None
        if (self.count > 1 and self.step != gap) or (following.count > 1 and following.step != gap):
            return None
        return RecurringStarts(self.first, gap, self.count + following.count)


def merge_in_order(runs: Iterable[RecurringStarts]) -> tuple[RecurringStarts, ...]:
    """Merge runs into ordered, non-overlapping runs without duplicates."""
    found: list[RecurringStarts] = []
    ordered = sorted(runs, key=attrgetter("first"))
    if any(early.last >= late.first for early, late in pairwise(ordered)):
        ordered = list(_split_overlapping(ordered))
    for run in ordered:
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
