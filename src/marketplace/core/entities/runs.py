"""Runs: starts that follow one another evenly, however many, kept as three values."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

MINUTE = timedelta(minutes=1)
STEP_MOST = 7 * 24 * 60
"""Minutes between two starts that are still told as one run: a week."""


@dataclass(frozen=True, slots=True)
class Run:
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

    def within(self, begin: datetime, end: datetime) -> "Run | None":
        """Those of them in `[begin, end)`, if there are any."""
        if begin <= self.first and self.last < end:
            return self
        stride = self.step * MINUTE
        skipped = max(0, -((self.first - begin) // stride))
        kept = min(self.count, -((self.first - end) // stride)) - skipped
        return Run(self.first + skipped * stride, self.step, kept) if kept > 0 else None

    def joined(self, following: "Run") -> "Run | None":
        """Both as one, if all of them are equally far from one another."""
        gap, odd = divmod(following.first - self.last, MINUTE)
        steps = {run.step for run in (self, following) if run.count > 1}
        if odd or gap > STEP_MOST or steps - {gap}:
            return None
        return Run(self.first, gap, self.count + following.count)


def in_order(runs: Iterable[Run]) -> tuple[Run, ...]:
    """The same instants, each once, as runs of which each ends before the next begins."""
    found: list[Run] = []
    for run in _apart(sorted(runs, key=lambda run: run.first)):
        joined = found[-1].joined(run) if found else None
        if joined:
            found[-1] = joined
        else:
            found.append(run)
    return tuple(found)


def _apart(runs: list[Run]) -> Iterator[Run]:
    """Runs in order; those that reach into one another are taken to pieces."""
    entangled: list[Run] = []
    until: datetime | None = None
    for run in runs:
        if until is not None and run.first > until:
            yield from _disentangled(entangled)
            entangled, until = [], None
        entangled.append(run)
        until = run.last if until is None else max(until, run.last)
    yield from _disentangled(entangled)


def _disentangled(runs: list[Run]) -> Iterable[Run]:
    if len(runs) <= 1:
        return runs
    return [Run(instant, 1, 1) for instant in sorted({instant for run in runs for instant in run})]
