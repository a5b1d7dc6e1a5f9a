"""Starts are evaluated by runs; the plain rule evaluates each start by itself."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import a_schedule, a_session, a_user, session_details
from core.clock_changes import Change, changes, durations, schedules_near
from example_search import searched
from marketplace.core.domain.availability import Availability
from marketplace.core.domain.bookable_starts import BookableRun, BookableStart, Closing
from marketplace.core.domain.schedules import Extra, Schedule, TimeRange
from marketplace.core.domain.sessions import Session
from marketplace.core.domain.slots import Slot

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def listed(session: Session, schedule: Schedule, occupied: tuple[Slot, ...]) -> Availability:
    details = session_details(session, a_user(id=session.creator_id, role="creator"))
    return Availability(session=details, schedule=schedule, occupied=occupied)


def plainly(
    session: Session, schedule: Schedule, occupied: tuple[Slot, ...], start: datetime, now: datetime
) -> Closing | None:
    slot = Slot.of(session, start, _seats(session, occupied, start), schedule)
    reason: Closing | None = schedule.closed_reason(start, now)
    if reason is None and slot.seats_taken >= slot.capacity:
        reason = "sold_out"
    for other in sorted(occupied, key=lambda other: other.blocked_from):
        if reason is None and other.excludes(slot):
            is_at_once = other.starts_at < slot.ends_at and slot.starts_at < other.ends_at
            reason = "other_session" if is_at_once else "buffer"
    return reason


def _seats(session: Session, occupied: tuple[Slot, ...], start: datetime) -> int:
    return sum(slot.seats_taken for slot in occupied if slot.key == (session.id, start))


def expected(
    found: Availability, schedule: Schedule, begin: datetime, end: datetime, now: datetime
) -> Iterator[BookableStart]:
    """Yield what each start of the rules, and each that only a date override removes, is by itself."""
    session, occupied = found.session, found.occupied
    usual = set(replace(schedule, exceptions=()).starts(begin, end, session.duration))
    scheduled = set(schedule.starts(begin, end, session.duration))
    for start in sorted(usual | scheduled):
        is_removed = start not in scheduled
        slot = Slot.of(session, start, session.max_participants if is_removed else _seats(session, occupied, start))
        reason = "exception" if is_removed else plainly(session, schedule, occupied, start, now)
        yield BookableStart(
            starts_at=start,
            ends_at=slot.ends_at,
            time_zone=schedule.time_zone,
            capacity=slot.capacity,
            seats_left=max(slot.capacity - slot.seats_taken, 0),
            reason=reason,
        )


@st.composite
def occupations(draw: st.DrawFn, session: Session, starts: tuple[datetime, ...], around: datetime) -> tuple[Slot, ...]:
    """Draw occupied slots of one creator, which never overlap; those of the session are often at its starts."""
    anywhere = st.integers(-1200, 1200).map(lambda minutes: around + minutes * MINUTE)
    begins = st.one_of(st.sampled_from(starts), anywhere) if starts else anywhere
    kept: list[Slot] = []
    for begin in draw(st.lists(begins, max_size=12)):
        is_own, buffers = draw(st.integers(0, 2)) > 0, draw(st.tuples(*[st.sampled_from([0, 0, 5, 90])] * 2))
        length = draw(st.sampled_from([session.duration, session.duration, 15, 200]))
        slot = Slot(
            session_id=session.id if is_own else a_session().id,
            creator_id=session.creator_id,
            starts_at=begin,
            ends_at=begin + length * MINUTE,
            # an edit may have lowered the capacity of a slot in the past
            capacity=session.max_participants,
            seats_taken=draw(st.integers(1, session.max_participants + 1)),
            blocked_from=begin - buffers[0] * MINUTE,
            blocked_until=begin + (length + buffers[1]) * MINUTE,
        )
        if not any(
            other.blocked_from < slot.blocked_until and slot.blocked_from < other.blocked_until for other in kept
        ):
            kept.append(slot)
    return tuple(kept)


@pytest.mark.thorough
@searched(40)
@given(st.data(), changes(), durations)
def test_every_start_is_evaluated_as_it_would_be_alone(data: st.DataObject, change: Change, duration: int) -> None:
    schedule = replace(
        data.draw(schedules_near(change)),
        buffer_before=data.draw(st.sampled_from([0, 0, 10, 180])),
        buffer_after=data.draw(st.sampled_from([0, 0, 15, 1440])),
        notice=data.draw(st.sampled_from([0, 0, 45, 1440])),
        horizon=data.draw(st.sampled_from([1, 2, 60])),
    )
    session = a_session(duration=duration, max_participants=data.draw(st.integers(1, 3)))
    begin, end, now = (
        change.at + data.draw(st.integers(least, most)) * MINUTE for least, most in ((-900, 0), (0, 900), (-2880, 900))
    )
    starts = schedule.starts(begin, end, duration)
    now = data.draw(st.sampled_from([now, *starts[:5]]))
    found = listed(session, schedule, data.draw(occupations(session, starts, change.at)))

    explained = found.shown_as(tuple(found.explained_runs(begin, end, now)))
    free = found.shown_as(tuple(found.free_runs(begin, end, now)))

    assert list(explained) == list(expected(found, schedule, begin, end, now))
    assert list(free) == [each for each in explained if each.reason is None]
    assert found.next_bookable_start(schedule.runs(begin, end, duration), begin, end, now) == next(iter(free), None)


def hours(starts: str, ends: str, step: int) -> TimeRange:
    return TimeRange(starts=time.fromisoformat(starts), ends=time.fromisoformat(ends), step=step)


NINE = datetime(2030, 1, 8, 9, tzinfo=UTC)
YOGA = a_session(duration=60, max_participants=2)
SHIFT = a_schedule(weekly=(), extras=(Extra(on=NINE.date(), hours=hours("09:00", "13:00", 30)),), buffer_after=45)
BEFORE = ["09:00-09:30 2 buffer", "10:00-10:00 2 other_session"]
AFTER = ["11:00-11:00 2 other_session", "11:30-12:00 2 buffer"]


def described(runs: Iterator[BookableRun]) -> list[str]:
    """Return the runs as text: first and last start, seats left, reason."""
    return [
        f"{run.starts.first:%H:%M}-{run.starts.last:%H:%M} {run.seats_left} {run.reason or ''}".strip() for run in runs
    ]


@pytest.mark.parametrize(
    ("seats", "expected_runs"),
    [
        (0, ["09:00-12:00 2"]),
        (1, [*BEFORE, "10:30-10:30 1", *AFTER]),
        (2, [*BEFORE, "10:30-10:30 0 sold_out", *AFTER]),
    ],
)
def test_starts_of_one_state_are_one_run(seats: int, expected_runs: list[str]) -> None:
    booked = Slot.of(YOGA, NINE + 90 * MINUTE, seats, SHIFT)
    found = listed(YOGA, SHIFT, (booked,) if seats else ())

    assert described(found.explained_runs(NINE, NINE + DAY, NINE - DAY)) == expected_runs


def test_month_of_starts_a_minute_is_a_run_a_day() -> None:
    schedule = a_schedule(time_zone="Europe/Madrid")
    minutes = replace(
        schedule, weekly=tuple(replace(each, hours=hours("09:00", "17:00", 1)) for each in schedule.weekly)
    )
    begin = datetime(2030, 3, 15, tzinfo=UTC)

    runs = list(listed(YOGA, minutes, ()).free_runs(begin, begin + 30 * DAY, begin))

    assert [run.starts.count for run in runs] == [421] * 30


@pytest.mark.parametrize(
    ("begins", "minutes", "reason"),
    [
        ("09:30", 50, None),
        ("09:30", 55, "buffer"),
        ("09:30", 60, "buffer"),
        ("11:15", 60, "other_session"),
        ("11:29", 60, "other_session"),
        ("11:30", 60, "buffer"),
        ("11:45", 60, None),
    ],
)
def test_booked_start_that_an_edit_made_longer_is_evaluated_with_the_other_slots(
    begins: str, minutes: int, reason: Closing | None
) -> None:
    """It was sold for 30 minutes without buffers, so it may overlap another slot now."""
    schedule = replace(SHIFT, buffer_before=10, buffer_after=15)
    sold = Slot.of(replace(YOGA, duration=30), NINE + 90 * MINUTE, 1)
    begin = datetime.combine(NINE.date(), time.fromisoformat(begins), UTC)
    other = Slot.of(a_session(creator_id=YOGA.creator_id, duration=minutes), begin, 1)
    found = listed(YOGA, schedule, (sold, other))

    [evaluated] = [
        each
        for each in found.shown_as(tuple(found.explained_runs(NINE, NINE + DAY, NINE - DAY)))
        if each.starts_at == sold.starts_at
    ]

    assert (evaluated.seats_left, evaluated.reason) == (1, reason)
    free = found.shown_as(tuple(found.free_runs(NINE, NINE + DAY, NINE - DAY)))
    assert (sold.starts_at in {each.starts_at for each in free}) is (reason is None)
