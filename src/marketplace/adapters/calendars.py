"""Calendars, written by the icalendar library."""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime

from icalendar import Calendar, Event, vCalAddress

from marketplace.core.domain.calendars import CalendarEvent

PRODUCT = "-//Sessions marketplace//EN"


class Rfc5545Calendars:
    """`Calendars` as text/calendar (RFC 5545)."""

    async def render(self, events: Iterable[CalendarEvent], made_at: datetime, name: str | None = None) -> bytes:
        """Render in a thread, since a thousand events would block the event loop."""
        return await asyncio.to_thread(_render, list(events), made_at, name)


def _render(events: Iterable[CalendarEvent], made_at: datetime, name: str | None) -> bytes:
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", PRODUCT)
    calendar.add("method", "PUBLISH")
    if name is not None:
        # most programs read only the older name; a file to import has none, or it would create a new calendar
        calendar.add("name", name)
        calendar.add("x-wr-calname", name)
    for event in events:
        calendar.add_component(_event(event, made_at))
    rendered: bytes = calendar.to_ical()
    return rendered


def _event(event: CalendarEvent, made_at: datetime) -> Event:
    # no ATTENDEE: PUBLISH forbids it (RFC 5546, 3.2.1), and programs would offer to reply
    organizer = vCalAddress(f"urn:uuid:{event.organizer_id}")
    # a backslash is literal in a parameter (RFC 5545), but some readers take it for an escape of the closing quote
    organizer.params["CN"] = _lines(event.organizer_name).replace("\\", "/")
    component = Event()
    component.add("uid", event.uid)
    component.add("sequence", event.sequence)
    component.add("status", event.status)
    component.add("dtstamp", _instant(made_at))  # with a METHOD: when the object was created (RFC 5545, 3.8.7.2)
    component.add("created", _instant(event.created_at))
    component.add("last-modified", _instant(event.changed_at))
    component.add("dtstart", _instant(event.starts_at))
    component.add("dtend", _instant(event.ends_at))
    component.add("summary", _lines(event.summary))
    component.add("description", _lines(event.description))
    component.add("organizer", organizer)
    return component


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _instant(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(microsecond=0)
