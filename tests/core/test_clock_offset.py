"""What a reading of the database's clock says of this machine's."""

from datetime import timedelta

import pytest

from fakes import NOW
from marketplace.adapters.system import SystemClock
from marketplace.core.domain.clock_offset import ClockOffset

SECOND = timedelta(seconds=1)


def measured(offset: ClockOffset, ahead: timedelta, before: timedelta, after: timedelta) -> timedelta:
    """Read the database's clock, `ahead` of this machine's, so long after the request and before its response."""
    offset.measure(NOW, NOW + before + ahead, NOW + before + after)
    return offset.ahead


def test_reading_within_its_own_delay_changes_nothing() -> None:
    assert measured(ClockOffset(), timedelta(0), SECOND, 2 * SECOND) == timedelta(0)
    assert measured(ClockOffset(), SECOND, SECOND, 2 * SECOND) == timedelta(0)


@pytest.mark.parametrize("ahead", [timedelta(hours=1), timedelta(hours=-1), timedelta(seconds=3)])
def test_offset_is_known_up_to_half_the_delay(ahead: timedelta) -> None:
    offset = ClockOffset()

    assert abs(measured(offset, ahead, SECOND / 10, SECOND / 2) - ahead) <= SECOND * 0.3
    assert abs(measured(offset, ahead, SECOND / 100, SECOND / 100) - ahead) <= SECOND / 100
    assert measured(offset, ahead, SECOND, SECOND) == offset.ahead


def test_clock_that_was_set_right_is_corrected_no_longer() -> None:
    offset = ClockOffset(ahead=timedelta(hours=1))

    assert abs(measured(offset, timedelta(0), SECOND / 100, SECOND / 100)) <= SECOND / 100


@pytest.mark.parametrize(("ahead", "is_wide"), [(0, False), (5, False), (-5, False), (5.1, True), (-3600, True)])
def test_machine_more_than_five_seconds_off_needs_attention(ahead: float, is_wide: bool) -> None:  # noqa: FBT001 - a column
    assert ClockOffset(ahead=timedelta(seconds=ahead)).is_wide is is_wide


def test_clock_follows_its_offset() -> None:
    offset = ClockOffset()
    clock = SystemClock(offset)
    before = clock.now()
    offset.ahead = timedelta(hours=1)

    assert timedelta(hours=1) <= clock.now() - before < timedelta(hours=1, minutes=1)
