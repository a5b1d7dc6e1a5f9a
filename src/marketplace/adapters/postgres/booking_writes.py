"""Bookings written in one call of a function: `book_6`, or `book_7` for many new slots (migration 0082)."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

import asyncpg

from marketplace.adapters.postgres.jobs.enqueue import job_values
from marketplace.adapters.postgres.rows import booking_row
from marketplace.core.domain.booking_quotes import BookingQuote
from marketplace.core.domain.bookings import Booking
from marketplace.core.domain.idempotency import TTL, IdempotencyKey
from marketplace.core.domain.slots import Slot
from marketplace.core.ports.jobs import Job


def _call(function: str, arguments: int) -> str:
    return f"SELECT {function}({', '.join(f'${place}' for place in range(1, arguments + 1))}) AS is_written"


BOOK = _call("book_6", 29)
OPEN_SLOTS = _call("book_7", 31)


class Version(NamedTuple):
    """The versions of what a quote says about its session, creator and buyer."""

    session: str
    creator: str
    buyer: str


@dataclass(slots=True, kw_only=True)
class BookingEntry:
    """A booking to write, and the quote that it was decided upon."""

    quote: BookingQuote
    booking: Booking
    job: Job | None
    key: IdempotencyKey | None = None
    max_live: int | None = None

    @property
    def version(self) -> Version:
        if not isinstance(self.quote.version, Version):
            raise TypeError("A quote that was not read here cannot be accepted.")
        return self.quote.version


FetchRow = Callable[..., Awaitable[asyncpg.Record | None]]


async def write_bookings(fetchrow: FetchRow, entries: Sequence[BookingEntry]) -> bool:
    """Write bookings of one slot, whose quotes agree on session and creator. Return whether they were written."""
    first = entries[0]
    slot = None if first.quote.is_occupied() else first.quote.new_slot()
    place = (slot.ends_at, slot.capacity, slot.blocked_from, slot.blocked_until) if slot else (None,) * 4
    row = await fetchrow(
        BOOK,
        first.booking.session_id,
        first.booking.creator_id,
        first.booking.starts_at,
        first.version.session,
        *_accounts(entries),
        *place,
        *_bookings(entries),
    )
    return row is not None and bool(row["is_written"])


def agree(entries: Sequence[BookingEntry]) -> bool:
    """Return whether the quotes saw each session and each account in one version, which is all that is compared."""
    versions = {(each.booking.session_id, each.version.session) for each in entries}
    versions |= {(each.booking.creator_id, each.version.creator) for each in entries}
    versions |= {(each.booking.user_id, each.version.buyer) for each in entries}
    return len({found for found, _ in versions}) == len(versions)


async def open_slots(fetchrow: FetchRow, entries: Sequence[BookingEntry]) -> bool:
    """Write bookings that each open a slot, whose quotes agree. Return whether they were written.

    If not, each may be written alone.
    """
    sessions = {each.booking.session_id: each for each in entries}
    slots = [each.quote.new_slot() for each in entries]
    row = await fetchrow(
        OPEN_SLOTS,
        list(sessions),
        [each.booking.creator_id for each in sessions.values()],
        [each.version.session for each in sessions.values()],
        *_accounts(entries),
        *_columns(map(_place, slots)),
        *_bookings(entries),
    )
    return row is not None and bool(row["is_written"])


def _place(slot: Slot) -> tuple[object, ...]:
    times = (slot.ends_at, slot.capacity, slot.blocked_from, slot.blocked_until)
    return (slot.session_id, slot.creator_id, slot.starts_at, *times)


def _accounts(entries: Sequence[BookingEntry]) -> tuple[list[UUID], list[str]]:
    """Return the IDs of creators and buyers, each once, and their versions."""
    versions = {each.booking.creator_id: each.version.creator for each in entries}
    versions |= {each.booking.user_id: each.version.buyer for each in entries}
    return list(versions), list(versions.values())


def _bookings(entries: Sequence[BookingEntry]) -> tuple[object, ...]:
    """Return the arguments that both functions take: bookings, jobs and keys, a list per column."""
    ids, _, _, buyers, _, *others = _columns(booking_row(each.booking) for each in entries)  # without its slot
    kinds, _, times = _columns(job_values(each.job) for each in entries)
    return (ids, buyers, *others, kinds, times, *_keys(entries), entries[0].max_live)


def _columns(rows: Any) -> list[list[Any]]:
    return [list(values) for values in zip(*rows, strict=True)]


def _keys(entries: Sequence[BookingEntry]) -> tuple[object, ...]:
    keys = [each.key for each in entries]
    if not any(keys):
        return (None,) * 4
    parts = ([getattr(key, name, None) for key in keys] for name in ("route", "key", "body_hash"))
    return (*parts, min(each.booking.created_at for each in entries) - TTL)
