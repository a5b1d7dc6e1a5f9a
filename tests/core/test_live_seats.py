"""What changed between two reads of a session's public starts."""

from dataclasses import replace
from datetime import datetime, timedelta
from uuid import uuid4

from fakes import NOW
from marketplace.core.domain.bookable_starts import BookableRun, BookableStarts
from marketplace.core.domain.live_seats import MAX_CHANGED, PublicStarts
from marketplace.core.domain.recurring_starts import RecurringStarts

HOUR = timedelta(hours=1)
CREATOR = uuid4()


def read(*runs: BookableRun, begin: datetime = NOW, days: int = 62, capacity: int = 5) -> PublicStarts:
    starts = BookableStarts(time_zone="UTC", duration=60, capacity=capacity, runs=runs)
    return PublicStarts(creator_id=CREATOR, begin=begin, end=begin + timedelta(days=days), starts=starts)


def run(first: int, count: int, seats_left: int = 5) -> BookableRun:
    """Return hourly starts, the first these hours from now."""
    return BookableRun(RecurringStarts(NOW + first * HOUR, 60, count), seats_left, None)


def changed(before: PublicStarts, after: PublicStarts) -> dict[int, int] | None:
    """Return the seats left of what changed, by hours from now."""
    found = before.changes(after)
    return None if found is None else {(each.starts_at - NOW) // HOUR: each.seats_left for each in found}


def test_equal_reads_have_no_changes() -> None:
    assert changed(read(run(1, 8)), read(run(1, 8))) == {}


def test_booked_start_is_the_only_change_of_its_run() -> None:
    assert changed(read(run(1, 8)), read(run(1, 2), run(3, 1, 4), run(4, 5))) == {3: 4}


def test_closed_starts_have_no_seats_and_opened_ones_have_theirs() -> None:
    assert changed(read(run(1, 8)), read(run(1, 2), run(6, 4))) == {3: 0, 4: 0, 5: 0, 9: 5}


def test_taken_start_with_a_reason_is_a_change_although_its_seats_are_not() -> None:
    taken = run(2, 1)._replace(reason="other_session")
    found = read(run(1, 3)).changes(read(run(1, 1), taken, run(3, 1)))
    assert found is not None
    assert [(each.reason, each.seats_left) for each in found] == [("other_session", 5)]


def test_starts_that_the_clock_passed_or_that_came_into_the_window_are_no_changes() -> None:
    before = read(run(1, 30), days=1)
    after = read(run(3, 60), begin=NOW + 3 * HOUR, days=2)
    assert changed(before, after) == {}


def test_many_changes_and_another_form_of_the_starts_are_not_named_one_by_one() -> None:
    many = MAX_CHANGED + 1
    assert changed(read(run(1, many)), read(run(1, many, 4))) is None
    assert len(changed(read(run(1, MAX_CHANGED)), read(run(1, MAX_CHANGED, 4))) or ()) == MAX_CHANGED
    assert changed(read(run(1, 8)), read(run(1, 8), capacity=6)) is None
    other = read(run(1, 8))
    assert changed(read(run(1, 8)), replace(other, starts=replace(other.starts, duration=30))) is None
