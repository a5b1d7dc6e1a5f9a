"""Calendars by the icalendar library."""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime

from icalendar import Calendar, Event, vCalAddress

from marketplace.core.domain.calendars import CalendarEvent

PRODUCT = "-//Sessions marketplace//EN"


class Rfc5545Calendars:
    """`Calendars` as text/calendar."""

    async def render(self, events: Iterable[CalendarEvent], made_at: datetime, name: str | None = None) -> bytes:
        """See the port. In a thread, since a thousand events take a while."""
        return await asyncio.to_thread(_render, list(events), made_at, name)


def _render(events: Iterable[CalendarEvent], made_at: datetime, name: str | None) -> bytes:
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", PRODUCT)
    calendar.add("method", "PUBLISH")
    if name is not None:
        # the older name is the one that most programs read; in a file to import it would make a calendar of its own
        calendar.add("name", name)
        calendar.add("x-wr-calname", name)
    for event in events:
        calendar.add_component(_event(event, made_at))
    rendered: bytes = calendar.to_ical()
    return rendered


def _event(event: CalendarEvent, made_at: datetime) -> Event:
    # no ATTENDEE: one who publishes invites nobody (RFC 5546, 3.2.1), and programs would offer to answer
    organizer = vCalAddress(f"urn:uuid:{event.organizer_id}")
    # a backslash means itself in a parameter, but not to every reader: to some it hides what ends the name
    organizer.params["CN"] = _lines(event.organizer_name).replace("\\", "/")
    written = Event()
    written.add("uid", event.uid)
    written.add("sequence", event.sequence)
    written.add("status", event.status)
    written.add("dtstamp", _instant(made_at))  # with a METHOD not when the event was changed (RFC 5545, 3.8.7.2)
    written.add("created", _instant(event.created_at))
    written.add("last-modified", _instant(event.changed_at))
    written.add("dtstart", _instant(event.starts_at))
    written.add("dtend", _instant(event.ends_at))
    written.add("summary", _lines(event.summary))
    written.add("description", _lines(event.description))
    written.add("organizer", organizer)
    return written


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _instant(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)
