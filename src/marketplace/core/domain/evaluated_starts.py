"""Evaluates which starts of a session can be booked: by the clock, the seats left, and the creator's other slots.

Whole runs are evaluated, not starts: a start every minute for a month is a run a day.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta

from marketplace.core.domain.bookable_starts import BookableRun, Closing
from marketplace.core.domain.recurring_starts import MINUTE, RecurringStarts
from marketplace.core.domain.schedules import Schedule
from marketplace.core.domain.sessions import Session
from marketplace.core.domain.slots import Slot

MOMENT = timedelta(microseconds=1)
"""The smallest difference between two timestamps."""


class StartEvaluator:
    """The rules of `Schedule.closed_reason` and `Slot.excludes`, applied to runs.

    `occupied` are slots of the session's creator. They never overlap, so their order is that of their ends, too.
    """

    def __init__(self, session: Session, schedule: Schedule, occupied: Iterable[Slot], now: datetime) -> None:
        self._session_id = session.id
        self._capacity = session.max_participants
        self._length = timedelta(minutes=session.duration)
        before, after = timedelta(minutes=schedule.buffer_before), timedelta(minutes=schedule.buffer_after)
        now = now.astimezone(UTC)
        self._clock = now + MOMENT, now + timedelta(minutes=schedule.notice), now + timedelta(days=schedule.horizon)
        self._slots = sorted(occupied, key=lambda slot: slot.blocked_from)
        # a slot excludes the starts between these two
        self._after = [slot.blocked_from - self._length - after for slot in self._slots]
        self._until = [slot.blocked_until + before for slot in self._slots]
        self._taken = {slot.starts_at: slot.seats_taken for slot in self._slots if slot.session_id == session.id}
        self._own = sorted(self._taken)

    def free(self, runs: Iterable[RecurringStarts]) -> Iterator[BookableRun]:
        """Yield the starts that can be booked, in order."""
        for run in runs:
            _, begin, end = self._by_clock(run)
            own = self._own_starts(run)
            for since, until, _ in self._excluded(run, begin, end):
                if begin < since:
                    yield BookableRun(run.part(begin, since), self._capacity, None)
                while own and own[-1][0] < until:
                    index, start = own.pop()
                    if since <= index and not (found := self._own_run(start, None)).reason:
                        yield found
                begin = until
            if begin < end:
                yield BookableRun(run.part(begin, end), self._capacity, None)

    def evaluated(self, runs: Iterable[RecurringStarts]) -> Iterator[BookableRun]:
        """Yield every start, in order."""
        for run in runs:
            own = self._own_starts(run)
            for begin, end, reason in self._parts(run):
                rest = begin
                while own and own[-1][0] < end:
                    index, start = own.pop()
                    if rest < index:
                        yield BookableRun(run.part(rest, index), self._capacity, reason)
                    yield self._own_run(start, reason)
                    rest = index + 1
                if rest < end:
                    yield BookableRun(run.part(rest, end), self._capacity, reason)

    def _by_clock(self, run: RecurringStarts) -> tuple[int, int, int]:
        """Return how many starts are past, too soon or past, and not too far ahead."""
        now, soonest, latest = self._clock
        if now <= run.first >= soonest and run.last < latest:
            return 0, 0, run.count
        past = run.before(now)
        soon = max(past, run.before(soonest))
        return past, soon, max(soon, run.before(latest))

    def _parts(self, run: RecurringStarts) -> Iterator[tuple[int, int, Closing | None]]:
        """Yield indices `[begin, end)` and why these starts cannot be booked; such a part may be empty."""
        past, begin, end = self._by_clock(run)
        yield 0, past, "past"
        yield past, begin, "notice"
        for since, until, slot in self._excluded(run, begin, end):
            yield begin, since, None
            meets = min(max(since, run.before(slot.starts_at - self._length + MOMENT)), until)
            leaves = min(max(meets, run.before(slot.ends_at)), until)
            yield since, meets, "buffer"
            yield meets, leaves, "other_session"
            yield leaves, until, "buffer"
            begin = until
        yield begin, end, None
        yield end, run.count, "horizon"

    def _excluded(self, run: RecurringStarts, begin: int, end: int) -> Iterator[tuple[int, int, Slot]]:
        """Yield indices `[since, until)` within `[begin, end)`, in order, and the first slot that excludes them.

        The session's own slots exclude their own start, too, which the caller evaluates.
        """
        first, stride = run.first, run.step * MINUTE
        for place in range(bisect_right(self._until, first), len(self._slots)):
            since = max(begin, (self._after[place] - first) // stride + 1)
            if since >= end:
                break
            until = min(end, -((first - self._until[place]) // stride))
            if since < until:
                yield since, until, self._slots[place]
                begin = until

    def _own_starts(self, run: RecurringStarts) -> list[tuple[int, datetime]]:
        """Return the starts of the run that are occupied slots of the session, with their indices, the last first."""
        if not self._own:
            return []
        found = self._own[bisect_left(self._own, run.first) : bisect_right(self._own, run.last)][::-1]
        placed = ((*divmod(start - run.first, run.step * MINUTE), start) for start in found)
        return [(index, start) for index, remainder, start in placed if not remainder]

    def _own_run(self, start: datetime, reason: Closing | None) -> BookableRun:
        seats_left = max(self._capacity - self._taken[start], 0)
        if reason not in {"past", "notice", "horizon"}:
            reason = self._blocking_reason(start) if seats_left else "sold_out"
        return BookableRun(RecurringStarts(start, 1, 1), seats_left, reason)

    def _blocking_reason(self, start: datetime) -> Closing | None:
        """Return why slots other than the session's own at this start exclude it, or `None`."""
        for place in range(bisect_right(self._until, start), len(self._slots)):
            if self._after[place] >= start:
                break
            slot = self._slots[place]
            if slot.starts_at != start or slot.session_id != self._session_id:
                is_at_once = slot.starts_at < start + self._length and start < slot.ends_at
                return "other_session" if is_at_once else "buffer"
        return None
