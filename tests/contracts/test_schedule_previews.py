"""A previewed schedule shows the slots it has once saved, and changes nothing."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from builders import Services, a_schedule, a_user, principal_of, services_over, stored_booking, stored_session
from fakes import NOW, MovableClock
from marketplace.core.domain.bookable_starts import BookableStart
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.schedules import DayException, Extra, Schedule, TimeRange
from marketplace.core.domain.sessions import Session
from marketplace.core.errors import CreatorUnavailable, Invalid, NotFound, NotYours
from marketplace.core.ports.storage import Storage

DAY = datetime(2030, 1, 9, tzinfo=UTC)
NIGHT = DAY + timedelta(days=1)
HALF_PAST = TimeRange(starts=time(9, 30), ends=time(18), step=None)


@pytest.fixture
def timed(storage: Storage) -> Services:
    return services_over(storage, clock=MovableClock(NOW))


def owner_of(session: Session) -> Principal:
    return principal_of(a_user(id=session.creator_id, role="creator"))


async def tried(timed: Services, session: Session, schedule: Schedule | None) -> tuple[BookableStart, ...]:
    return tuple(await timed.slots.preview(owner_of(session), session.id, schedule, DAY, NIGHT))


async def kept(timed: Services, session: Session, schedule: Schedule | None) -> tuple[BookableStart, ...]:
    await timed.schedules.replace(owner_of(session), session.id, schedule)
    return tuple(await timed.slots.explain(owner_of(session), session.id, DAY, NIGHT))


@pytest.mark.parametrize("before", [None, a_schedule(), a_schedule(buffer_before=30, buffer_after=30)])
@pytest.mark.parametrize(
    "schedule",
    [
        a_schedule(),
        a_schedule(buffer_before=20, buffer_after=20),
        a_schedule(buffer_before=180, notice=120),
        a_schedule(weekly=(), extras=(Extra(on=DAY.date(), hours=HALF_PAST),)),
        a_schedule(exceptions=(DayException(on=DAY.date(), ranges=(HALF_PAST,)),)),
        a_schedule(horizon=1),
        None,
    ],
)
async def test_preview_matches_slots_of_saved_schedule(
    storage: Storage, timed: Services, before: Schedule | None, schedule: Schedule | None
) -> None:
    session = await stored_session(storage, duration=60, max_participants=2)
    other = await stored_session(storage, creator_id=session.creator_id, duration=60)
    await timed.schedules.replace(owner_of(session), session.id, before)
    await stored_booking(storage, other, starts_at=DAY - timedelta(hours=1), seats=1)
    await stored_booking(storage, other, starts_at=DAY + timedelta(hours=13), seats=1)
    await stored_booking(storage, session, starts_at=DAY + timedelta(hours=9), seats=2)
    timed.clock.at = DAY - timedelta(hours=13)

    shown = await tried(timed, session, schedule)

    assert await timed.schedules.get(owner_of(session), session.id) == before
    assert shown == await kept(timed, session, schedule)
    assert len({bookable.reason for bookable in shown}) > 1 or schedule is None


async def test_bookings_just_outside_window_conflict_with_new_buffers(storage: Storage, timed: Services) -> None:
    session = await stored_session(storage, duration=60)
    other = await stored_session(storage, creator_id=session.creator_id, duration=60)
    nine, ten = DAY + timedelta(hours=9), DAY + timedelta(hours=10)
    await stored_booking(storage, other, starts_at=nine - timedelta(minutes=70), seats=1)
    await stored_booking(storage, other, starts_at=ten + timedelta(minutes=70), seats=1)

    for schedule in (a_schedule(buffer_before=30), a_schedule(buffer_after=30)):
        until = ten + timedelta(seconds=1)
        shown = await timed.slots.preview(owner_of(session), session.id, schedule, nine, until)
        is_early = schedule.buffer_before > 0
        assert [bookable.reason for bookable in shown] == (["buffer", None] if is_early else [None, "buffer"])


async def test_preview_applies_new_buffers_to_booked_slots(storage: Storage, timed: Services) -> None:
    session = await stored_session(storage, duration=60, max_participants=2)
    await stored_booking(storage, session, starts_at=DAY + timedelta(hours=11), seats=1)

    shown = await tried(timed, session, a_schedule(buffer_after=90))

    assert {bookable.starts_at.hour: bookable.reason for bookable in shown if bookable.reason} == {
        9: "buffer",
        10: "buffer",
        12: "buffer",
        13: "buffer",
    }


async def test_preview_refuses_schedule_that_saving_would_refuse(storage: Storage, timed: Services) -> None:
    session = await stored_session(storage, duration=60, max_participants=2)
    for hour in (11, 13):
        await stored_booking(storage, session, starts_at=DAY + timedelta(hours=hour), seats=1)
    crowded = a_schedule(buffer_before=45, buffer_after=45)
    with pytest.raises(CreatorUnavailable) as tried_out:
        await tried(timed, session, crowded)
    with pytest.raises(CreatorUnavailable) as refused:
        await kept(timed, session, crowded)
    assert tried_out.value.detail == refused.value.detail


@pytest.mark.parametrize("unlisted", [{"status": "inactive"}, {"hidden_at": NOW, "hidden_reason": "Spam."}])
async def test_preview_of_an_unlisted_session_is_as_if_listed(
    storage: Storage, timed: Services, unlisted: dict[str, object]
) -> None:
    session = await stored_session(storage, duration=60, **unlisted)
    assert [bookable.reason for bookable in await tried(timed, session, a_schedule())] == [None] * 8


async def test_preview_keeps_wall_time_across_clock_changes(storage: Storage, timed: Services) -> None:
    session = await stored_session(storage, duration=30)
    night = TimeRange(starts=time(2), ends=time(4), step=30)
    skipped, doubled = date(2030, 3, 31), date(2030, 10, 27)
    schedule = a_schedule(
        time_zone="Europe/Madrid",
        weekly=(),
        extras=(Extra(on=skipped, hours=night), Extra(on=doubled, hours=night)),
        horizon=730,
    )

    async def hours_on(day: date) -> list[str]:
        begin = datetime.combine(day, time(), UTC) - timedelta(hours=3)
        found = await timed.slots.preview(owner_of(session), session.id, schedule, begin, begin + timedelta(days=2))
        return [f"{bookable.starts_at:%H:%M}" for bookable in found]

    assert await hours_on(skipped) == ["01:00", "01:30"]
    assert await hours_on(doubled) == ["00:00", "00:30", "02:00", "02:30"]


async def test_preview_is_for_creator_and_validated(storage: Storage, timed: Services) -> None:
    session = await stored_session(storage)
    stranger = principal_of(a_user(role="creator"))
    with pytest.raises(NotYours):
        await timed.slots.preview(stranger, session.id, None, DAY, NIGHT)
    with pytest.raises(NotFound):
        await timed.slots.preview(stranger, a_user().id, None, DAY, NIGHT)
    with pytest.raises(Invalid) as refused:
        await timed.slots.preview(owner_of(session), session.id, a_schedule(horizon=0), DAY, DAY + timedelta(days=63))
    assert set(refused.value.errors) == {"horizon", "starts_to"}
