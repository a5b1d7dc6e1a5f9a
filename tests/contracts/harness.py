"""Helpers to run operations concurrently and to detect waiting for locks."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Coroutine, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from builders import a_principal, a_user, principal_of, slots_of, stored_users
from fakes import NOW
from marketplace.core.domain.booking_details import BookingDetails
from marketplace.core.domain.booking_steps import LIVE
from marketplace.core.domain.bookings import Booking
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.sessions import Session
from marketplace.core.errors import TransactionConflict
from marketplace.core.ports.storage import Storage
from marketplace.core.ports.unit_of_work import Transaction, UnitOfWork

T = TypeVar("T")

LONG_ENOUGH = 0.05
"""Seconds after which an unfinished task counts as waiting for a lock."""


class _Broken(Exception):
    pass


@dataclass(frozen=True, slots=True)
class Outcome(Generic[T]):
    """Results and errors of concurrent attempts."""

    done: tuple[T, ...]
    refused: tuple[BaseException, ...]

    def reasons(self) -> Counter[str]:
        return Counter(type(error).__name__ for error in self.refused)


async def at_once(attempts: Iterable[Coroutine[Any, Any, T]]) -> Outcome[T]:
    """Run all attempts concurrently and wait until every one has ended."""
    results = await asyncio.gather(*attempts, return_exceptions=True)
    return Outcome(
        tuple(result for result in results if not isinstance(result, BaseException)),
        tuple(result for result in results if isinstance(result, BaseException)),
    )


async def waits(task: asyncio.Task[Any]) -> bool:
    """Return whether the task is still waiting, for example for a lock of another transaction."""
    await asyncio.wait({task}, timeout=LONG_ENOUGH)
    return not task.done()


@asynccontextmanager
async def broken_transaction(storage: Storage) -> AsyncIterator[Transaction]:
    """Open a transaction that ends with an error, so that it is rolled back."""
    with suppress(_Broken):
        async with storage.unit_of_work() as tx:
            yield tx
            raise _Broken


def watched(storage: Storage, conflicts: list[TransactionConflict]) -> UnitOfWork:
    """Return the storage's unit of work, which adds every conflict to the list; services retry the first."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[Transaction]:
        try:
            async with storage.unit_of_work() as tx:
                yield tx
        except TransactionConflict as error:
            conflicts.append(error)
            raise

    return opened


async def live_bookings(storage: Storage, session: Session) -> list[BookingDetails]:
    """Return every live booking of a session, read page by page."""
    found: list[BookingDetails] = []
    after: str | None = None
    while True:
        page = await storage.booking_lists.of_creator(session.creator_id, 100, after)
        found += [booking for booking in page.items if booking.session_id == session.id and booking.status in LIVE]
        after = page.next
        if after is None:
            return found


async def cancel(tx: Transaction, booking: Booking) -> None:
    """Cancel a booking within a transaction."""
    cancelled, step = (await tx.bookings.acquire(booking.id)).after("cancel", a_principal(booking.user_id), NOW)
    await tx.bookings.save(cancelled, step)
    await tx.slots.release(cancelled)


async def cancel_now(storage: Storage, booking: Booking) -> None:
    """Cancel a booking in a transaction of its own."""
    async with storage.unit_of_work() as tx:
        await cancel(tx, booking)


async def principals(storage: Storage, number: int) -> list[Principal]:
    """Store users and return their principals."""
    return [principal_of(user) for user in await stored_users(storage, number)]


def owner_of(session: Session) -> Principal:
    """Return the principal of a session's creator."""
    return principal_of(a_user(id=session.creator_id, role="creator"))


async def seats_at(storage: Storage, session: Session) -> dict[datetime, int]:
    """Return the number of seats taken by start."""
    return {slot.starts_at: slot.seats_taken for slot in await slots_of(storage, session)}
