"""Availability: which starts of a session can be booked in a window, and why others cannot."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Self

from marketplace.core.domain.bookable_starts import BookableRun, BookableStart, BookableStarts
from marketplace.core.domain.catalog import CatalogFilters
from marketplace.core.domain.creator_hours import CreatorHours
from marketplace.core.domain.evaluated_starts import MOMENT, StartEvaluator
from marketplace.core.domain.recurring_starts import RecurringStarts
from marketplace.core.domain.schedules import DAY, Schedule
from marketplace.core.domain.sessions import SessionDetails
from marketplace.core.domain.slots import LATEST_START, Slot, require_no_overlap

MAX_WINDOW = timedelta(days=62)
NO_HORIZON = (LATEST_START - datetime(1970, 1, 1, tzinfo=UTC)).days
"""A booking window, in days, that ends no earlier than `LATEST_START`."""


def requested_window(filters: CatalogFilters, now: datetime) -> tuple[datetime, datetime]:
    """Return the future part of the requested window, half-open; it may be empty."""
    return max(filters.available_from or now, now + MOMENT), min(filters.available_to or LATEST_START, LATEST_START)


@dataclass(frozen=True, slots=True, kw_only=True)
class Availability:
    """A session, its schedule, and all occupied slots of its creator that can affect the window."""

    session: SessionDetails
    schedule: Schedule | None
    occupied: tuple[Slot, ...]
    hours: CreatorHours | None = None
    """The general hours that the creator has set."""

    def suggesting(self) -> Self:
        """Return the availability of a session by arrangement with the starts that the creator's hours suggest.

        It has no booking window, as such a session has none.
        """
        hours = self.hours or CreatorHours.usual(self.session.time_zone)
        return replace(self, schedule=replace(hours.as_schedule(), horizon=NO_HORIZON))

    def free_runs(self, begin: datetime, end: datetime, now: datetime) -> Iterator[BookableRun]:
        """Yield the starts in `[begin, end)` that can be booked now, in order.

        None for sessions by arrangement and sessions not in the catalog.
        """
        if self.schedule is None or not self._is_shown():
            return iter(())
        begin, end = self.schedule.open_window(begin, end, now)
        runs = self.schedule.runs(begin, end, self.session.duration)
        return self._evaluator(self.schedule, begin, end, now).free(runs)

    def explained_runs(self, begin: datetime, end: datetime, now: datetime) -> Iterator[BookableRun]:
        """Yield every scheduled start in `[begin, end)`, and those that only date overrides remove, in order.

        None for sessions by arrangement and sessions not in the catalog, as in `free_runs`.
        """
        if self.schedule is None or not self._is_shown():
            return
        removed = self._overridden_starts(self.schedule, begin, end)
        runs = [BookableRun(RecurringStarts(start, 1, 1), 0, "exception") for start in removed]
        scheduled = self.schedule.runs(begin, end, self.session.duration)
        for run in self._evaluator(self.schedule, begin, end, now).evaluated(scheduled):
            runs += [run._replace(starts=part) for part in run.starts.cut(removed)]
        yield from sorted(runs, key=lambda run: run.starts.first)

    def full_slots(self, begin: datetime, end: datetime, now: datetime, seats: int = 1) -> tuple[Slot, ...]:
        """Return the session's slots that start in `[begin, end)` and could be booked if they had this many seats left.

        Those with offers are included: their seats are taken, too.
        """
        if not self._is_shown() or seats > self.session.max_participants:
            return ()
        own = (slot for slot in self.occupied if slot.session_id == self.session.id and slot.seats_left < seats)
        return tuple(
            slot
            for slot in sorted(own, key=lambda slot: slot.starts_at)
            if max(begin, now + MOMENT) <= slot.starts_at < end
            and (self.schedule is None or self.schedule.is_bookable(slot.starts_at, self.session.duration, now))
        )

    def shown_as(self, runs: tuple[BookableRun, ...], following: datetime | None = None) -> BookableStarts:
        """Return the starts of these runs, of which `following` is the first that is left out."""
        return BookableStarts(
            time_zone=self.time_zone,
            duration=self.session.duration,
            capacity=self.session.max_participants,
            runs=runs,
            next=following,
        )

    def next_bookable_start(
        self, runs: Iterable[RecurringStarts], begin: datetime, end: datetime, now: datetime
    ) -> BookableStart | None:
        """Return the first start in `[begin, end)` that can be booked now, or `None`.

        `runs` are the scheduled starts, in order. A start is evaluated exactly as in `free_runs`. `None` for sessions
        by arrangement and sessions not in the catalog.
        """
        if self.schedule is None or not self._is_shown():
            return None
        begin, end = self.schedule.open_window(begin, end, now)
        inside = (part for run in runs if (part := run.within(begin, end)))
        found = next(self._evaluator(self.schedule, begin, end, now).free(inside), None)
        return None if found is None else next(iter(self.shown_as((found,))))

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

    def _overridden_starts(self, schedule: Schedule, begin: datetime, end: datetime) -> list[datetime]:
        """Return the starts in `[begin, end)` that only date overrides remove, in order."""
        removed = set[datetime]()
        for exception in schedule.exceptions:
            # a range of this date begins within a day of it in UTC, and lasts two days at most
            day = datetime.combine(exception.on, time(), UTC)
            first, last = max(begin, day - DAY), min(end, day + 3 * DAY)
            if first < last:
                usual = _on_usual_hours(schedule, exception.on)
                removed.update(usual.starts(first, last, self.session.duration))
                if removed:
                    removed.difference_update(schedule.starts(first, last, self.session.duration))
        return sorted(removed)

    def with_schedule(self, schedule: Schedule | None, now: datetime) -> Self:
        """Return this availability with another schedule, the session treated as listed.

        Upcoming booked slots stay, with the new schedule's buffers. Raises `CreatorUnavailable` if they would overlap.
        """
        session = replace(self.session, status="active", hidden_at=None)
        own = [slot for slot in self.occupied if slot.session_id == session.id and slot.starts_at > now]
        resized = [
            Slot.of(session, slot.starts_at, slot.seats_taken, schedule, sold_duration=slot.duration) for slot in own
        ]
        others = [slot for slot in self.occupied if slot not in own]
        require_no_overlap(resized, others)
        return replace(self, session=session, schedule=schedule, occupied=(*resized, *others))

    def _evaluator(self, schedule: Schedule, begin: datetime, end: datetime, now: datetime) -> StartEvaluator:
        """Return an evaluator of starts in `[begin, end)`, with the slots that can exclude any of these."""
        since = begin - timedelta(minutes=schedule.buffer_before)
        until = end + timedelta(minutes=self.session.duration + schedule.buffer_after)
        near = [slot for slot in self.occupied if slot.blocked_from < until and since < slot.blocked_until]
        return StartEvaluator(self.session, schedule, near, now)

    @property
    def time_zone(self) -> str:
        """The schedule's, or the creator's."""
        return self.schedule.time_zone if self.schedule else self.session.time_zone


def _on_usual_hours(schedule: Schedule, day: date) -> Schedule:
    """Return the schedule with nothing but the weekly hours of one date."""
    first, last = max(day, schedule.valid_from or day), min(day, schedule.valid_until or day)
    return replace(schedule, extras=(), exceptions=(), valid_from=first, valid_until=last)


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogSession(SessionDetails):
    """A session with its first start that can be booked now."""

    next_slot: BookableStart | None
