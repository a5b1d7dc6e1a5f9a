from dataclasses import replace
from datetime import timedelta
from functools import partial

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
from contracts.harness import at_once
from fakes import NOW
from marketplace.core.domain.booking_details import BookingHistory
from marketplace.core.domain.booking_steps import BookingStatus
from marketplace.core.domain.calendars import CalendarEvent, FeedWindow, new_feed_token
from marketplace.core.errors import NotFound
from marketplace.core.ports.storage import Storage

CREATOR = a_user(role="creator", first_name="Grace", last_name="Hopper")
LEARNER = a_user(first_name="", last_name="", username="bob")


@pytest.fixture
def booking() -> BookingHistory:
    session = a_session(creator_id=CREATOR.id, title="Morning yoga")
    return a_history(a_booking(session, LEARNER.id, seats=2), session, CREATOR, LEARNER)


async def fetched(services: Services, token: str) -> bytes:
    return await services.calendars.render(await services.calendars.of_token(token))


def test_an_event_is_the_time_of_its_booking_under_the_title_of_the_session(booking: BookingHistory) -> None:
    event = CalendarEvent.of(booking, ADDRESSES)

    assert event.uid == f"{booking.id}@marketplace"
    assert (event.starts_at, event.ends_at, event.summary) == (booking.starts_at, booking.ends_at, "Morning yoga")
    assert (event.created_at, event.changed_at, event.sequence) == (booking.created_at, booking.created_at, 0)
    assert event.url == f"https://sessions.example.org/sessions/{booking.session_id}"


def test_event_of_an_archived_session_links_to_the_booking(booking: BookingHistory) -> None:
    archived = replace(booking, session_details=replace(booking.session_details, archived_at=NOW))

    event = CalendarEvent.of(archived, ADDRESSES)

    assert event.url == f"https://sessions.example.org/dashboard?booking={booking.id}"


def test_an_event_names_both_parties_and_neither_of_their_addresses(booking: BookingHistory) -> None:
    event = CalendarEvent.of(booking, ADDRESSES)

    assert (event.organizer_id, event.organizer_name) == (CREATOR.id, "Grace Hopper")
    assert event.description.splitlines() == [
        "Starts: 2030-01-08 09:00 in UTC (UTC+00:00)",
        "Creator: Grace Hopper",
        "Booked by: bob",
        "Seats: 2",
        "Status: confirmed",
    ]
    assert "@" not in repr(event).replace(event.uid, "")


@pytest.mark.parametrize(
    ("status", "shown"),
    [
        ("pending", "TENTATIVE"),
        ("confirmed", "CONFIRMED"),
        ("completed", "CONFIRMED"),
        ("cancelled", "CANCELLED"),
    ],
)
def test_event_status_follows_booking_status(booking: BookingHistory, status: BookingStatus, shown: str) -> None:
    assert CalendarEvent.of(replace(booking, status=status), ADDRESSES).status == shown


async def test_event_keeps_its_uid_and_increments_sequence_with_every_step(
    services: Services, storage: Storage
) -> None:
    session = await stored_session(storage, requires_confirmation=True)
    creator, learner = (
        principal_of(await storage.users.get(session.creator_id)),
        principal_of(await stored_user(storage)),
    )
    created = (await services.bookings.book(learner, session.id, TOMORROW)).resource
    events = [CalendarEvent.of(await services.bookings.get(learner, created.id), ADDRESSES)]

    for act in (
        partial(services.bookings.act, creator, created.id, "confirm"),
        partial(services.bookings.reschedule, creator, created.id, TOMORROW + timedelta(hours=2)),
        partial(services.bookings.act, learner, created.id, "cancel"),
    ):
        services.clock.advance(timedelta(minutes=1))
        events.append(CalendarEvent.of((await act()).resource, ADDRESSES))
        assert events[-1] == CalendarEvent.of(await services.bookings.get(creator, created.id), ADDRESSES)

    assert {event.uid for event in events} == {f"{created.id}@marketplace"}
    assert [event.sequence for event in events] == [0, 1, 2, 3]
    assert [event.status for event in events] == ["TENTATIVE", "CONFIRMED", "CONFIRMED", "CANCELLED"]
    assert [event.changed_at for event in events] == [NOW + timedelta(minutes=minute) for minute in range(4)]
    assert [event.starts_at - TOMORROW for event in events] == [timedelta(hours=hours) for hours in (0, 0, 2, 2)]


def test_event_last_modified_is_the_later_of_booking_and_session_change(booking: BookingHistory) -> None:
    for minutes in (-1, 1):
        edited_at = NOW + timedelta(minutes=minutes)
        session = replace(booking.session_details, revision=2, revised_at=edited_at)

        event = CalendarEvent.of(replace(booking, session_details=session), ADDRESSES)

        assert (event.sequence, event.changed_at) == (2, max(NOW, edited_at))


async def test_event_shows_what_was_sold_and_its_sequence_never_decreases(services: Services, storage: Storage) -> None:
    session = await stored_session(storage, duration=60)
    creator, learner = (
        principal_of(await storage.users.get(session.creator_id)),
        principal_of(await stored_user(storage)),
    )
    created = (await services.bookings.book(learner, session.id, TOMORROW)).resource
    seen = []

    async def see() -> None:
        event = CalendarEvent.of(await services.bookings.get(learner, created.id), ADDRESSES)
        seen.append((event.sequence, event.summary, event.ends_at - event.starts_at, event.changed_at - NOW))
        services.clock.advance(timedelta(minutes=1))

    await see()
    for edit in (
        {"title": "Evening yoga"},
        {"price": 1},
        {"duration": 30},
        {"title": "Evening yoga"},
        {"duration": 60},
    ):
        await services.sessions.change(creator, session.id, edit)
        await see()
    await services.bookings.act(learner, created.id, "cancel")
    await see()

    assert [sequence for sequence, *_ in seen] == [0, 1, 1, 2, 2, 3, 4]
    assert {(summary, length) for _, summary, length, _ in seen} == {("Morning yoga", timedelta(minutes=60))}
    assert [changed // timedelta(minutes=1) for *_, changed in seen] == [0, 1, 1, 3, 3, 5, 6]


async def test_calendar_has_its_creation_time(services: Services, storage: Storage) -> None:
    session = await stored_session(storage)
    learner = principal_of(await stored_user(storage))
    created = (await services.bookings.book(learner, session.id, TOMORROW)).resource
    feed = await services.calendars.feed(learner)
    services.clock.advance(timedelta(hours=2))

    for shown in (
        await services.calendars.of_booking(learner, created.id),
        await fetched(services, feed.token),
    ):
        assert b"\r\nDTSTAMP:20300107T110000Z\r\n" in shown
        assert b"\r\nLAST-MODIFIED:20300107T090000Z\r\n" in shown


def test_feed_keeps_past_bookings_for_90_days() -> None:
    assert FeedWindow.at(NOW) == FeedWindow(now=NOW, since=NOW - timedelta(days=90), maximum=1000)


def test_feed_token_is_random_with_256_bits() -> None:
    assert len({new_feed_token() for _ in range(100)}) == 100
    assert len(new_feed_token()) == 43


async def test_feed_is_created_on_first_request_and_kept(services: Services, storage: Storage) -> None:
    ada, bob = principal_of(await stored_user(storage)), principal_of(await stored_user(storage))

    outcome = await at_once(services.calendars.feed(ada) for _ in range(10))
    first = await services.calendars.feed(ada)

    assert set(outcome.done) == {first}
    assert first.token not in repr(first)
    assert (await services.calendars.feed(bob)).token != first.token


async def test_renewed_feed_has_new_token_and_old_token_is_invalid(services: Services, storage: Storage) -> None:
    ada = principal_of(await stored_user(storage))
    old = await services.calendars.feed(ada)

    renewed = await services.calendars.renew(ada)

    assert await services.calendars.feed(ada) == renewed
    assert b"BEGIN:VCALENDAR" in await fetched(services, renewed.token)
    with pytest.raises(NotFound):
        await services.calendars.of_token(old.token)


async def test_booking_is_in_calendars_of_its_parties_only(services: Services, storage: Storage) -> None:
    session = await stored_session(storage)
    creator, learner = (
        principal_of(await storage.users.get(session.creator_id)),
        principal_of(await stored_user(storage)),
    )
    stranger = principal_of(await stored_user(storage, is_staff=True))
    created = (await services.bookings.book(learner, session.id, TOMORROW)).resource

    shown = await services.calendars.of_booking(learner, created.id)

    assert shown == await services.calendars.of_booking(creator, created.id)
    for principal, uid in ((stranger, created.id), (learner, session.id)):
        with pytest.raises(NotFound):
            await services.calendars.of_booking(principal, uid)
    for person, number in ((learner, 1), (creator, 1), (stranger, 0)):
        feed = await services.calendars.feed(person)
        assert (await fetched(services, feed.token)).count(b"BEGIN:VEVENT") == number
