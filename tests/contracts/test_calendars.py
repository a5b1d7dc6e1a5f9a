"""Written calendars are read back by an iCalendar parser."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import example, given
from hypothesis import strategies as st
from icalendar import Calendar

from builders import ADDRESSES, a_booking, a_history, a_session, a_user
from fakes import NOW
from marketplace.adapters.calendars import Rfc5545Calendars
from marketplace.core.domain.booking_details import BookingHistory
from marketplace.core.domain.calendars import CalendarEvent, Subscription

CREATOR, LEARNER = a_user(role="creator"), a_user()
SESSION = a_session(creator_id=CREATOR.id)
BOOKING: BookingHistory = a_history(a_booking(SESSION, LEARNER.id), SESSION, CREATOR, LEARNER)
EVENT = CalendarEvent.of(BOOKING, ADDRESSES)
MADE_AT = NOW + timedelta(days=3)

TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"], include_characters="\n\r"), max_size=300)
ZONES = sorted(available_timezones() - {"localtime", "posixrules", "Factory"})


def rendered(*events: CalendarEvent, subscription: Subscription | None = None) -> bytes:
    return asyncio.run(Rfc5545Calendars().render(events, MADE_AT, subscription))


def parsed(written: bytes) -> Any:
    """Parse a calendar, whose properties the library does not type."""
    return Calendar.from_ical(written)


def read(written: bytes) -> list[Any]:
    return list(parsed(written).walk("VEVENT"))


def lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def test_event_has_properties_required_by_rfc_5545() -> None:
    calendar = parsed(rendered(replace(EVENT, sequence=3, status="CANCELLED")))
    (event,) = calendar.walk("VEVENT")

    assert (calendar["version"], calendar["method"]) == ("2.0", "PUBLISH")
    assert calendar["prodid"]
    assert (event["uid"], event["sequence"], event["status"]) == (EVENT.uid, 3, "CANCELLED")
    assert (event["dtstart"].dt, event["dtend"].dt) == (EVENT.starts_at, EVENT.ends_at)
    # DTSTAMP is the time of creation where METHOD is present (3.8.7.2), otherwise of the last change (3.8.7.3)
    assert (event["dtstamp"].dt, event["last-modified"].dt) == (MADE_AT, EVENT.changed_at)
    assert (event["summary"], event["description"]) == (EVENT.summary, EVENT.description)
    assert event["organizer"] == f"urn:uuid:{CREATOR.id}"
    assert "attendee" not in event


def test_times_are_written_in_utc() -> None:
    assert b"\r\nDTSTART:20300108T090000Z\r\n" in rendered(EVENT)


def test_calendar_contains_no_email_address() -> None:
    written = rendered(EVENT).replace(EVENT.uid.encode(), b"")

    assert b"@" not in written
    assert b"mailto" not in written


def test_only_subscribed_calendar_has_a_name_an_address_and_an_interval() -> None:
    subscription = Subscription(name="Sessions; marketplace", url="https://sessions.example.org/dashboard")
    written = rendered(EVENT, subscription=subscription)
    subscribed, imported = parsed(written), parsed(rendered(EVENT))

    # both are texts (RFC 7986, 5.1), but the library does not know that and leaves the escapes
    assert subscribed["name"] == subscribed["x-wr-calname"] == "Sessions\\; marketplace"
    assert subscribed["url"] == subscription.url
    assert (subscribed["refresh-interval"].dt, subscribed["x-published-ttl"]) == (timedelta(hours=1), "PT60M")
    # RFC 7986, 5.7 demands the type of the value
    assert b"\r\nREFRESH-INTERVAL;VALUE=DURATION:PT60M\r\n" in written
    for name in ("name", "x-wr-calname", "url", "refresh-interval", "x-published-ttl"):
        assert name not in imported


def test_event_names_its_page() -> None:
    (event,) = read(rendered(EVENT))

    assert event["url"] == f"https://sessions.example.org/sessions/{SESSION.id}"


def test_empty_calendar_is_valid() -> None:
    assert read(rendered()) == []


def test_events_keep_their_order() -> None:
    events = [replace(EVENT, uid=f"{number}@marketplace") for number in (3, 1, 2)]

    assert [str(event["uid"]) for event in read(rendered(*events))] == [
        "3@marketplace",
        "1@marketplace",
        "2@marketplace",
    ]


@given(summary=TEXTS, description=TEXTS, name=TEXTS)
@example(summary="a,b;c\\n:\"d\"'e'", description="\\", name='Ada "the Countess", Byron; ^n')
@example(summary="x\r\nEND:VEVENT\r\nBEGIN:VEVENT", description="\r\n\r\n", name="x\r\nATTENDEE:mailto:a@b.example")
@example(summary="\U0001f9d8" * 300, description="\u00e9" * 20_000, name="\U0001f9d8" * 150)
@example(summary="\\", description="\\n\\", name="Ada\\")
@example(summary=" ", description="\u2028\u2029\x85", name="  a  ")
def test_any_text_round_trips_and_lines_are_folded(summary: str, description: str, name: str) -> None:
    written = rendered(replace(EVENT, summary=summary, description=description, organizer_name=name))

    (event,) = read(written)
    assert (str(event["summary"]), str(event["description"])) == (lines(summary), lines(description))
    assert event["organizer"].params["CN"] == lines(name).replace("\\", "/")
    assert event["uid"] == EVENT.uid
    assert all(len(line) <= 75 for line in written.split(b"\r\n"))
    assert b"\n" not in written.replace(b"\r\n", b"")
    assert b"\r" not in written.replace(b"\r\n", b"")


@given(
    zone=st.sampled_from(ZONES),
    wall=st.datetimes(datetime(1971, 1, 1), datetime(2199, 12, 30)),  # noqa: DTZ001 - wall time
    minutes=st.integers(1, 1440),
    fold=st.sampled_from([0, 1]),
)
def test_a_start_of_any_zone_is_the_same_instant_in_the_booking_and_in_the_calendar(
    zone: str, wall: datetime, minutes: int, fold: int
) -> None:
    starts_at = wall.replace(microsecond=0, fold=fold, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    booking = replace(BOOKING, starts_at=starts_at, terms=replace(BOOKING.terms, duration=minutes))

    (event,) = read(rendered(CalendarEvent.of(booking, ADDRESSES)))

    assert (event["dtstart"].dt, event["dtend"].dt) == (booking.starts_at, booking.ends_at)
    assert event["dtstart"].dt.utcoffset() == timedelta()
