"""Calendars as text/calendar (RFC 5545).

The lines are written here, not by the icalendar library, which takes many times as long and leaves out types of values
(decision 0040); the tests read them with it.
"""

import asyncio
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from urllib.parse import quote

from marketplace.core.domain.calendars import CalendarEvent, Parties, Subscription, Venue
from marketplace.core.ports.mailer import CalendarMethod

PRODUCT = "-//Sessions marketplace//EN"
MAX_LINE = 75
"""Bytes of a line (RFC 5545, 3.1)."""
TEXT_ESCAPES = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})
"""RFC 5545, 3.3.11."""
# a backslash is literal in a parameter (RFC 5545), but some readers take it for an escape of the closing quote
PARAMETER_ESCAPES = str.maketrans({"^": "^^", "\n": "^n", '"': "^'", "\\": "/"})
"""RFC 6868."""


class Rfc5545Calendars:
    """`Calendars` as text/calendar (RFC 5545)."""

    async def render(
        self, events: Iterable[CalendarEvent], made_at: datetime, subscription: Subscription | None = None
    ) -> bytes:
        """Render in a thread, since a thousand events would block the event loop."""
        return await asyncio.to_thread(_render, list(events), made_at, subscription)

    async def invite(self, event: CalendarEvent, method: CalendarMethod, parties: Parties, made_at: datetime) -> bytes:
        await asyncio.sleep(0)
        lines = [
            *("BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUCT}", f"METHOD:{method}"),
            *_event(event, _instant(made_at), parties),
            "END:VCALENDAR",
        ]
        return b"".join(map(_folded, lines))


def _render(events: Iterable[CalendarEvent], made_at: datetime, subscription: Subscription | None) -> bytes:
    return b"".join(map(_folded, _lines(events, _instant(made_at), subscription)))


def _lines(events: Iterable[CalendarEvent], made_at: str, subscription: Subscription | None) -> Iterator[str]:
    yield from ("BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUCT}", "METHOD:PUBLISH")
    if subscription is not None:
        name, refresh = _text(subscription.name), f"PT{int(subscription.refresh.total_seconds()) // 60}M"
        # most programs read only the older name, and Outlook only its own interval
        yield from (f"NAME:{name}", f"X-WR-CALNAME:{name}", f"URL:{subscription.url}")
        yield from (f"REFRESH-INTERVAL;VALUE=DURATION:{refresh}", f"X-PUBLISHED-TTL:{refresh}")
    for event in events:
        yield from _event(event, made_at)
    yield "END:VCALENDAR"


def _event(event: CalendarEvent, made_at: str, parties: Parties | None = None) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{_text(event.uid)}"
    yield f"SEQUENCE:{event.sequence}"
    yield f"STATUS:{event.status}"
    yield f"DTSTAMP:{made_at}"  # with a METHOD: when the object was created (RFC 5545, 3.8.7.2)
    yield f"CREATED:{_instant(event.created_at)}"
    yield f"LAST-MODIFIED:{_instant(event.changed_at)}"
    yield f"DTSTART:{_instant(event.starts_at)}"
    yield f"DTEND:{_instant(event.ends_at)}"
    yield f"SUMMARY:{_text(event.summary)}"
    yield f"DESCRIPTION:{_text(event.description)}"
    if parties is None:
        # no ATTENDEE: PUBLISH forbids it (RFC 5546, 3.2.1), and programs would offer to reply
        yield f"ORGANIZER;CN={_parameter(event.organizer_name)}:urn:uuid:{event.organizer_id}"
    else:
        yield f"ORGANIZER;CN={_parameter(event.organizer_name)}:{_mailto(parties.organizer)}"
        attendee = f"CN={_parameter(parties.attendee_name)};ROLE=REQ-PARTICIPANT;PARTSTAT=ACCEPTED;RSVP=FALSE"
        yield f"ATTENDEE;{attendee}:{_mailto(parties.attendee)}"
    yield f"URL:{event.url}"
    yield from _venue(event.venue)
    yield "END:VEVENT"


def _venue(venue: Venue) -> Iterator[str]:
    if venue.location is not None:
        yield f"LOCATION:{_text(venue.location)}"
    if venue.point is not None:
        yield f"GEO:{venue.point.latitude:f};{venue.point.longitude:f}"
    if venue.join_url is not None:
        # RFC 7986, 5.11; most programs look for a link in the location
        yield f'CONFERENCE;VALUE=URI;LABEL="Join":{venue.join_url}'


def _mailto(address: str) -> str:
    """Return an address as a URI: characters that divide one, such as `?` and `%`, are encoded (RFC 6068, 2)."""
    return "mailto:" + quote(address, safe="!$'*+@")


def _parameter(text: str) -> str:
    return f'"{_unix(text).translate(PARAMETER_ESCAPES)}"'


def _folded(line: str) -> bytes:
    """Return the line in pieces of at most 75 bytes, never divided within a character."""
    data, start, room, pieces = line.encode(), 0, MAX_LINE, []
    while len(data) - start > room:
        end = start + room
        while data[end] & 0xC0 == 0x80:  # noqa: PLR2004 - a continuation byte of UTF-8
            end -= 1
        pieces.append(data[start:end])
        start, room = end, MAX_LINE - 1
    return b"\r\n ".join([*pieces, data[start:]]) + b"\r\n"


def _text(text: str) -> str:
    return _unix(text).translate(TEXT_ESCAPES)


def _unix(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _instant(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"
