"""Slots of one creator, side by side."""

from datetime import timedelta

import pytest

from builders import TOMORROW, a_schedule, a_session, a_slot
from marketplace.core.domain.slots import Slot, require_no_overlap
from marketplace.core.errors import CreatorUnavailable

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
SESSION = a_session(duration=60)
OTHER = a_session(creator_id=SESSION.creator_id, duration=60)


def refusal(resized: list[Slot], others: list[Slot]) -> str:
    with pytest.raises(CreatorUnavailable) as caught:
        require_no_overlap(resized, others)
    return caught.value.detail


def test_slots_that_meet_are_apart() -> None:
    require_no_overlap([], [])
    require_no_overlap([a_slot(SESSION)], [])
    require_no_overlap(
        [a_slot(SESSION, starts_at=TOMORROW + 2 * HOUR), a_slot(SESSION)], [a_slot(OTHER, starts_at=TOMORROW + HOUR)]
    )


def test_of_two_that_overlap_both_are_named_the_earlier_first() -> None:
    early, late = a_slot(SESSION), a_slot(OTHER, starts_at=TOMORROW + HOUR - MINUTE)

    assert (
        refusal([early], [late])
        == refusal([late], [early])
        == ("Existing bookings would overlap: 2030-01-08 09:00 with 2030-01-08 09:59 UTC.")
    )


def test_two_of_the_session_itself_are_told_too() -> None:
    starts = [TOMORROW, TOMORROW + 2 * HOUR, TOMORROW + 2 * HOUR + 30 * MINUTE]

    assert "2030-01-08 11:00 with 2030-01-08 11:30 UTC." in refusal(
        [a_slot(SESSION, starts_at=at) for at in starts], []
    )


def test_buffers_count() -> None:
    schedule = a_schedule(buffer_before=15)
    slot = Slot.of(SESSION, TOMORROW + HOUR, schedule=schedule)

    require_no_overlap([slot], [a_slot(OTHER, starts_at=TOMORROW - 15 * MINUTE)])
    assert "2030-01-08 08:46 with 2030-01-08 10:00 UTC." in refusal(
        [slot], [a_slot(OTHER, starts_at=TOMORROW - 14 * MINUTE)]
    )


def test_a_long_one_is_named_with_everything_that_it_covers() -> None:
    day = a_session(creator_id=SESSION.creator_id, duration=600)
    others = [a_slot(OTHER, starts_at=TOMORROW + hours * HOUR) for hours in (1, 4, 9, 10)]

    assert refusal([a_slot(day)], others) == (
        "Existing bookings would overlap: 2030-01-08 09:00 with 2030-01-08 10:00 UTC, "
        "2030-01-08 09:00 with 2030-01-08 13:00 UTC, 2030-01-08 09:00 with 2030-01-08 18:00 UTC."
    )


def test_of_many_the_first_five_are_named_and_the_rest_counted() -> None:
    day = timedelta(days=1)
    resized = [a_slot(SESSION, starts_at=TOMORROW + number * day) for number in range(1000)]
    others = [a_slot(OTHER, starts_at=slot.starts_at + MINUTE) for slot in resized]

    said = refusal(resized, others)

    assert said.count(" with ") == 5
    assert said.endswith("2030-01-12 09:00 with 2030-01-12 09:01 UTC and 995 more.")


def test_another_creators_slot_is_in_nobodys_way() -> None:
    require_no_overlap([a_slot(SESSION)], [a_slot(a_session())])
