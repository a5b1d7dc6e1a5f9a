"""What changed between two reads of a session's public starts."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from builders import a_schedule, a_session, a_slot, a_user, session_details
from fakes import NOW
from marketplace.core.domain.availability import Availability
from marketplace.core.domain.live_seats import MAX_CHANGED, PublicStarts
from marketplace.core.domain.sessions import Session
from marketplace.core.domain.slots import Slot

CREATOR = a_user(role="creator")
SESSION = a_session(creator_id=CREATOR.id, max_participants=5, duration=60)
OTHER = a_session(creator_id=CREATOR.id, max_participants=1, duration=60)
TEN = NOW.replace(hour=10) + timedelta(days=1)
HOUR = timedelta(hours=1)
"""The schedule has a start each hour from 9:00 to 16:00."""


def slot(session: Session = SESSION, *, hours: float = 0, seats_taken: int = 1) -> Slot:
    """Return a slot that starts these hours from 10:00."""
    return a_slot(session, starts_at=TEN + hours * HOUR, seats_taken=seats_taken)


def read(*occupied: Slot, after: timedelta = timedelta(), **changes: Any) -> PublicStarts:
    defaults: dict[str, Any] = {"session": session_details(SESSION, CREATOR), "schedule": a_schedule()}
    return PublicStarts(availability=Availability(occupied=occupied, **defaults | changes), read_at=NOW + after)


def changed(before: PublicStarts, after: PublicStarts) -> dict[float, int] | None:
    """Return the seats left of what changed, by hours from 10:00."""
    found = before.changes(after)
    return None if found is None else {(each.starts_at - TEN) / HOUR: each.seats_left for each in found}


def test_equal_reads_have_no_changes() -> None:
    assert changed(read(slot()), read(slot())) == {}


def test_booked_start_is_the_only_change_until_it_is_sold_out_and_cancelled() -> None:
    assert changed(read(), read(slot())) == {0: 4}
    assert changed(read(slot()), read(slot(seats_taken=5))) == {0: 0}
    assert changed(read(slot(seats_taken=5)), read()) == {0: 5}


def test_slot_of_another_session_closes_every_start_that_it_overlaps() -> None:
    assert changed(read(), read(slot(OTHER, hours=0.5))) == {0: 0, 1: 0}
    assert changed(read(slot(OTHER, hours=0.5)), read()) == {0: 5, 1: 5}


def test_buffers_close_the_starts_before_and_after() -> None:
    schedule = a_schedule(buffer_before=30, buffer_after=45)
    before, after = read(schedule=schedule), read(slot(OTHER), schedule=schedule)
    assert changed(before, after) == {-1: 0, 0: 0, 1: 0}


def test_move_changes_the_old_start_and_the_new() -> None:
    assert changed(read(slot(hours=0)), read(slot(hours=48))) == {0: 5, 48: 4}


def test_session_by_arrangement_has_suggested_times_with_the_reason() -> None:
    found = read(schedule=None).changes(read(slot(OTHER), schedule=None))
    assert found is not None
    reasons = {(each.starts_at - TEN) / HOUR: each.reason for each in found}
    assert set(reasons.values()) == {"other_session"}
    assert min(reasons) == -0.75
    assert max(reasons) == 0.75


def test_change_of_nothing_that_is_shown_has_no_changes() -> None:
    renamed = session_details(replace(SESSION, title="Noon yoga"), CREATOR)
    assert changed(read(slot()), read(slot(), session=renamed)) == {}
    assert changed(read(slot()), read(slot(seats_taken=2), session=renamed)) == {0: 3}


def test_what_the_clock_closed_is_no_change() -> None:
    assert changed(read(), read(after=timedelta(days=3))) == {}
    assert changed(read(), read(slot(hours=96), after=timedelta(days=3))) == {96: 4}


def test_another_schedule_changes_its_starts_and_too_many_are_not_named() -> None:
    named = changed(read(schedule=a_schedule(horizon=2)), read(schedule=a_schedule(horizon=3)))
    assert named == dict.fromkeys(range(23, 31), 5)
    assert changed(read(), read(schedule=a_schedule(horizon=20))) is None


def test_many_slots_that_changed_are_not_named() -> None:
    many = [slot(hours=24 * day) for day in range(MAX_CHANGED)]
    named = changed(read(), read(*many[:50]))
    assert named is not None
    assert len(named) == 50
    assert changed(read(), read(*many, slot(hours=3))) is None


def test_another_duration_or_capacity_is_not_named() -> None:
    for changes in ({"duration": 30}, {"max_participants": 6}):
        other = session_details(replace(SESSION, **changes), CREATOR)  # type: ignore[arg-type]
        assert changed(read(), read(session=other)) is None
