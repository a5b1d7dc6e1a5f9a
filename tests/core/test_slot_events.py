from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from builders import (
    ADDRESSES,
    TOMORROW,
    Services,
    a_booking,
    a_history,
    a_session,
    a_user,
    principal_of,
    stored_session,
    stored_user,
)
from fakes import NOW
from marketplace.core.domain.booking_details import BookingHistory
from marketplace.core.domain.calendars import CalendarEvent, FeedBookings, FeedWindow
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.sessions import Session
from marketplace.core.domain.slot_events import feed_events
from marketplace.core.ports.storage import Storage

HOUR = timedelta(hours=1)
CREATOR = a_user(role="creator", first_name="Grace", last_name="Hopper")
SESSION = a_session(creator_id=CREATOR.id, title="Morning yoga", max_participants=8)


def sold(username: str, **changes: Any) -> BookingHistory:
    learner = a_user(username=username, first_name="", last_name="")
    return a_history(a_booking(SESSION, learner.id, **changes), SESSION, CREATOR, learner)


def shown(*bookings: BookingHistory, maximum: int = 1000) -> tuple[CalendarEvent, ...]:
    window = FeedWindow(now=NOW, since=NOW - timedelta(days=90), maximum=maximum)
    return feed_events(FeedBookings(owner_id=CREATOR.id, bookings=bookings), window, ADDRESSES)


def test_creator_sees_one_event_per_slot_with_its_attendees() -> None:
    (event,) = shown(
        sold("ada", seats=2),
        sold("bob", status="pending"),
        sold("cleo", status="cancelled"),
    )

    assert event.uid == f"{SESSION.id}-20300108T090000Z@marketplace"
    assert (event.summary, event.starts_at, event.ends_at) == ("Morning yoga", TOMORROW, TOMORROW + HOUR)
    starts = "Starts: 2030-01-08 09:00 in UTC (UTC+00:00)"
    assert event.description == f"{starts}\nSeats: 3\nada: 2 seats\nbob: 1 seat (pending)"
    assert event.url == f"https://sessions.example.org/creator/bookings?session={SESSION.id}"


def test_slot_event_lasts_as_long_as_its_longest_present_booking_was_sold_for() -> None:
    short, long = sold("ada"), sold("bob", terms=replace(sold("bob").terms, title="Long yoga", duration=120))
    cancelled = replace(long, status="cancelled")

    (event,), (left,) = shown(short, long), shown(short, cancelled)

    assert (event.ends_at, event.summary) == (TOMORROW + 2 * HOUR, "Morning yoga")
    assert (left.ends_at, left.summary) == (TOMORROW + HOUR, "Morning yoga")


def test_events_have_the_wall_time_of_the_session_and_of_the_feeds_owner() -> None:
    window = FeedWindow(now=NOW, since=NOW - timedelta(days=90), maximum=1000)
    learned, taught = sold("ada"), sold("bob")

    for owner in (learned.user_id, CREATOR.id):
        found = FeedBookings(owner_id=owner, bookings=(learned, taught)[:1], time_zone="America/Havana")
        (event,) = feed_events(found, window, ADDRESSES)
        assert event.description.splitlines()[:2] == [
            "Starts: 2030-01-08 09:00 in UTC (UTC+00:00)",
            "Your time: 2030-01-08 04:00 in America/Havana (UTC-05:00)",
        ]


def test_slots_of_one_session_are_events_of_their_own() -> None:
    events = shown(sold("ada"), sold("bob", starts_at=TOMORROW + HOUR))

    assert [event.starts_at for event in events] == [TOMORROW, TOMORROW + HOUR]
    assert len({event.uid for event in events}) == 2


@pytest.mark.parametrize(
    ("statuses", "status"),
    [
        (["pending"], "TENTATIVE"),
        (["pending", "cancelled"], "TENTATIVE"),
        (["pending", "confirmed"], "CONFIRMED"),
        (["completed", "cancelled"], "CONFIRMED"),
        (["cancelled", "cancelled"], "CANCELLED"),
    ],
)
def test_slot_event_status_is_that_of_its_seats(statuses: list[str], status: str) -> None:
    (event,) = shown(*(sold(f"user{number}", status=each) for number, each in enumerate(statuses)))

    assert event.status == status


def test_learner_sees_one_event_per_booking() -> None:
    creator, learner = a_user(role="creator"), a_user()
    session = a_session(creator_id=creator.id, max_participants=8)
    bookings = [
        a_history(a_booking(session, learner.id, starts_at=TOMORROW + n * HOUR), session, creator, learner)
        for n in range(2)
    ]
    window = FeedWindow.at(NOW)

    events = feed_events(FeedBookings(owner_id=learner.id, bookings=tuple(bookings)), window, ADDRESSES)

    assert events == tuple(CalendarEvent.of(booking, ADDRESSES) for booking in bookings)


def test_full_feed_leaves_out_the_slot_that_may_be_incomplete() -> None:
    later = {"starts_at": TOMORROW + HOUR}
    bookings = (sold("ada"), sold("bob"), sold("cleo", **later))

    assert [event.starts_at for event in shown(*bookings, maximum=4)] == [TOMORROW, TOMORROW + HOUR]
    assert [event.starts_at for event in shown(*bookings, maximum=3)] == [TOMORROW]
    assert [event.starts_at for event in shown(*bookings[:2], maximum=2)] == [TOMORROW]


class Feed:
    """The feed of a session's creator, as seen after each step."""

    def __init__(self, services: Services, creator: Principal, token: str) -> None:
        self.services, self.creator, self.token = services, creator, token
        self.seen: list[tuple[CalendarEvent, ...]] = []

    async def see(self) -> dict[Any, CalendarEvent]:
        feed = await self.services.calendars.of_token(self.token)
        self.services.clock.advance(timedelta(minutes=1))
        self.seen.append(feed.events)
        return {event.starts_at: event for event in feed.events}

    def sequences(self, start: Any) -> list[int]:
        return [event.sequence for events in self.seen for event in events if event.starts_at == start]


async def opened(services: Services, storage: Storage, **changes: Any) -> tuple[Session, Feed]:
    session = await stored_session(storage, max_participants=8, **changes)
    creator = principal_of(await storage.users.get(session.creator_id))
    return session, Feed(services, creator, (await services.calendars.feed(creator)).token)


async def test_slot_event_keeps_uid_and_increments_sequence_until_all_have_cancelled(
    services: Services, storage: Storage
) -> None:
    session, feed = await opened(services, storage)
    learners = [principal_of(await stored_user(storage)) for _ in range(3)]
    bookings = []
    for learner in learners:
        bookings.append((await services.bookings.book(learner, session.id, TOMORROW)).resource)
        await feed.see()
    for learner, booking in zip(learners, bookings, strict=True):
        await services.bookings.act(learner, booking.id, "cancel")
        await feed.see()

    assert {len(events) for events in feed.seen} == {1}
    assert len({events[0].uid for events in feed.seen}) == 1
    assert feed.sequences(TOMORROW) == [0, 1, 2, 3, 4, 5]
    assert [events[0].status for events in feed.seen] == [*["CONFIRMED"] * 5, "CANCELLED"]
    assert feed.seen[-1][0].description.splitlines()[1:] == ["Seats: 0"]
    assert [events[0].changed_at - NOW for events in feed.seen] == [timedelta(minutes=n) for n in range(6)]


async def test_moved_booking_changes_the_slot_it_left_and_the_slot_it_took(
    services: Services, storage: Storage
) -> None:
    session, feed = await opened(services, storage)
    learner, other = [principal_of(await stored_user(storage)) for _ in range(2)]
    later = TOMORROW + 2 * HOUR
    booking = (await services.bookings.book(learner, session.id, TOMORROW)).resource
    await services.bookings.book(other, session.id, later)
    await feed.see()

    await services.bookings.reschedule(learner, booking.id, later)
    moved = await feed.see()
    await services.bookings.reschedule(learner, booking.id, TOMORROW)
    back = await feed.see()

    assert (moved[TOMORROW].status, moved[TOMORROW].description.splitlines()[1:]) == ("CANCELLED", ["Seats: 0"])
    assert moved[later].description.splitlines()[1] == "Seats: 2"
    assert (back[TOMORROW].status, back[later].description.splitlines()[1]) == ("CONFIRMED", "Seats: 1")
    assert feed.sequences(TOMORROW) == [0, 1, 2]
    assert feed.sequences(later) == [0, 1, 2]


async def test_slot_event_increments_sequence_with_every_revision_of_its_session(
    services: Services, storage: Storage
) -> None:
    session, feed = await opened(services, storage)
    await services.bookings.book(principal_of(await stored_user(storage)), session.id, TOMORROW)
    await feed.see()

    await services.sessions.change(feed.creator, session.id, {"title": "Evening yoga"})
    renamed = await feed.see()

    assert renamed[TOMORROW].summary == "Morning yoga"  # as sold
    assert feed.sequences(TOMORROW) == [0, 1]
    assert renamed[TOMORROW].changed_at == NOW + timedelta(minutes=1)
