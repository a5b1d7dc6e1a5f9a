"""Runs: starts that follow one another evenly, however many, kept as three values."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

MINUTE = timedelta(minutes=1)
MAX_STEP = 7 * 24 * 60
"""Minutes between two starts that are still told as one run: a week."""


@dataclass(frozen=True, slots=True)
class RecurringStarts:
    """`count` instants: `first`, and then another every `step` minutes. The step of a single one means nothing."""

    first: datetime
    step: int
    count: int

    @property
    def last(self) -> datetime:
        """The last of them."""
        return self.first + (self.count - 1) * self.step * MINUTE

    def __iter__(self) -> Iterator[datetime]:
        return (self.first + number * self.step * MINUTE for number in range(self.count))

    def within(self, begin: datetime, end: datetime) -> "RecurringStarts | None":
        """Those of them in `[begin, end)`, if there are any."""
        if begin <= self.first and self.last < end:
            return self
        stride = self.step * MINUTE
        skipped = max(0, -((self.first - begin) // stride))
        kept = min(self.count, -((self.first - end) // stride)) - skipped
        return RecurringStarts(self.first + skipped * stride, self.step, kept) if kept > 0 else None

    def joined_with(self, following: "RecurringStarts") -> "RecurringStarts | None":
        """Both as one, if all of them are equally far from one another."""
        gap, odd = divmod(following.first - self.last, MINUTE)
        steps = {run.step for run in (self, following) if run.count > 1}
        if odd or gap > MAX_STEP or steps - {gap}:
            return None
        return RecurringStarts(self.first, gap, self.count + following.count)


def merge_in_order(runs: Iterable[RecurringStarts]) -> tuple[RecurringStarts, ...]:
    """The same instants, each once, as runs of which each ends before the next begins."""
    found: list[RecurringStarts] = []
    for run in _split_overlapping(sorted(runs, key=lambda run: run.first)):
        joined_with = found[-1].joined_with(run) if found else None
        if joined_with:
            found[-1] = joined_with
        else:
            found.append(run)
    return tuple(found)


def _split_overlapping(runs: list[RecurringStarts]) -> Iterator[RecurringStarts]:
    """Runs in order; those that reach into one another are taken to pieces."""
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
