"""Doing things at the same time, and seeing who waits for whom."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Coroutine, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from builders import a_caller, a_user, slots_of, somebody, stored_users
from fakes import NOW
from marketplace.core.domain.bookings import LIVE, Booking, BookingDetails
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.sessions import Session
from marketplace.core.ports.storage import Storage
from marketplace.core.ports.unit_of_work import Transaction

T = TypeVar("T")

LONG_ENOUGH = 0.05
"""Seconds after which something that is not done is waiting for a lock."""


class _Broken(Exception):
    pass


@dataclass(frozen=True, slots=True)
class Outcome(Generic[T]):
    """What came of attempts made together."""

    done: tuple[T, ...]
    refused: tuple[BaseException, ...]

    def reasons(self) -> Counter[str]:
        return Counter(type(error).__name__ for error in self.refused)


async def at_once(attempts: Iterable[Coroutine[Any, Any, T]]) -> Outcome[T]:
    """Make all attempts together and wait until every one is over."""
    results = await asyncio.gather(*attempts, return_exceptions=True)
    return Outcome(
        tuple(result for result in results if not isinstance(result, BaseException)),
        tuple(result for result in results if isinstance(result, BaseException)),
    )


async def waits(task: asyncio.Task[Any]) -> bool:
    """Whether the task is held up by something that only another can end."""
    await asyncio.wait({task}, timeout=LONG_ENOUGH)
    return not task.done()


@asynccontextmanager
async def broken_transaction(storage: Storage) -> AsyncIterator[Transaction]:
    """A transaction in which the last thing that happens is an error."""
    with suppress(_Broken):
        async with storage.unit_of_work() as tx:
            yield tx
            raise _Broken


async def live_bookings(storage: Storage, session: Session) -> list[BookingDetails]:
    """Every booking of a session that holds seats, read page by page."""
    found: list[BookingDetails] = []
    after: str | None = None
    while True:
        page = await storage.booking_lists.of_creator(session.creator_id, 100, after)
        found += [booking for booking in page.items if booking.session_id == session.id and booking.status in LIVE]
        after = page.next
        if after is None:
            return found


async def cancel(tx: Transaction, booking: Booking) -> None:
    """What cancelling writes, within a transaction."""
    cancelled, step = (await tx.bookings.acquire(booking.id)).after("cancel", somebody(booking.user_id), NOW)
    await tx.bookings.save(cancelled, step)
    await tx.slots.release(cancelled)


async def cancel_now(storage: Storage, booking: Booking) -> None:
    """The same as a transaction of its own."""
    async with storage.unit_of_work() as tx:
        await cancel(tx, booking)


async def principals(storage: Storage, number: int) -> list[Principal]:
    """People who may act."""
    return [a_caller(user) for user in await stored_users(storage, number)]


def owner_of(session: Session) -> Principal:
    """The creator of a session, who may act."""
    return a_caller(a_user(id=session.creator_id, role="creator"))


async def seats_at(storage: Storage, session: Session) -> dict[datetime, int]:
    """How many seats are taken, by start."""
    return {slot.starts_at: slot.seats_taken for slot in await slots_of(storage, session)}
