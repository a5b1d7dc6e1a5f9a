"""Overlap of the slots of one creator."""

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


def test_adjacent_slots_do_not_overlap() -> None:
    require_no_overlap([], [])
    require_no_overlap([a_slot(SESSION)], [])
    require_no_overlap(
        [a_slot(SESSION, starts_at=TOMORROW + 2 * HOUR), a_slot(SESSION)], [a_slot(OTHER, starts_at=TOMORROW + HOUR)]
    )


def test_overlap_error_names_both_slots_earlier_first() -> None:
    early, late = a_slot(SESSION), a_slot(OTHER, starts_at=TOMORROW + HOUR - MINUTE)

    assert (
        refusal([early], [late])
        == refusal([late], [early])
        == ("Existing bookings would overlap: 2030-01-08 09:00 with 2030-01-08 09:59 UTC.")
    )


def test_overlap_within_one_session_is_reported() -> None:
    starts = [TOMORROW, TOMORROW + 2 * HOUR, TOMORROW + 2 * HOUR + 30 * MINUTE]

    assert "2030-01-08 11:00 with 2030-01-08 11:30 UTC." in refusal(
        [a_slot(SESSION, starts_at=at) for at in starts], []
    )


def test_buffers_count_as_overlap() -> None:
    schedule = a_schedule(buffer_before=15)
    slot = Slot.of(SESSION, TOMORROW + HOUR, schedule=schedule)

    require_no_overlap([slot], [a_slot(OTHER, starts_at=TOMORROW - 15 * MINUTE)])
    assert "2030-01-08 08:46 with 2030-01-08 10:00 UTC." in refusal(
        [slot], [a_slot(OTHER, starts_at=TOMORROW - 14 * MINUTE)]
    )


def test_long_slot_is_named_with_every_slot_it_overlaps() -> None:
    day = a_session(creator_id=SESSION.creator_id, duration=600)
    others = [a_slot(OTHER, starts_at=TOMORROW + hours * HOUR) for hours in (1, 4, 9, 10)]

    assert refusal([a_slot(day)], others) == (
        "Existing bookings would overlap: 2030-01-08 09:00 with 2030-01-08 10:00 UTC, "
        "2030-01-08 09:00 with 2030-01-08 13:00 UTC, 2030-01-08 09:00 with 2030-01-08 18:00 UTC."
    )


def test_overlap_error_names_first_five_pairs_and_counts_the_rest() -> None:
    day = timedelta(days=1)
    resized = [a_slot(SESSION, starts_at=TOMORROW + number * day) for number in range(1000)]
    others = [a_slot(OTHER, starts_at=slot.starts_at + MINUTE) for slot in resized]

    message = refusal(resized, others)

    assert message.count(" with ") == 5
    assert message.endswith("2030-01-12 09:00 with 2030-01-12 09:01 UTC and 995 more.")


def test_slots_of_different_creators_never_overlap() -> None:
    require_no_overlap([a_slot(SESSION)], [a_slot(a_session())])
