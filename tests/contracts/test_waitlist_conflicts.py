"""Seats that go from one person to the next while others open times that overlap."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from builders import TOMORROW, services_over
from contracts.harness import at_once, watched
from contracts.waiting import a_person, check_lines, full_start, status_of, waiting
from marketplace.core.errors import TransactionConflict
from marketplace.core.ports.booking_quotes import BookingQuotes
from marketplace.core.ports.storage import Storage

OVERLAPPING = TOMORROW + timedelta(minutes=10)


class WatchedQuotes:
    """`BookingQuotes` that add every conflict to a list, as `watched` does for transactions."""

    def __init__(self, quotes: BookingQuotes, conflicts: list[TransactionConflict]) -> None:
        self.find = quotes.find
        self._quotes = quotes
        self._conflicts = conflicts

    async def accept(self, *values: Any, **options: Any) -> None:
        try:
            await self._quotes.accept(*values, **options)
        except TransactionConflict as error:
            self._conflicts.append(error)
            raise


async def test_cancellation_that_frees_the_last_seat_for_the_line_conflicts_with_no_buyer_of_an_overlapping_time(
    storage: Storage,
) -> None:
    conflicts = list[TransactionConflict]()
    observed = replace(storage, booking_quotes=WatchedQuotes(storage.booking_quotes, conflicts))
    services = services_over(observed, unit_of_work=watched(storage, conflicts))
    for _ in range(12):
        session, learner, booking = await full_start(storage, services)
        _, entry = await waiting(storage, services, session)
        buyers = [await a_person(storage) for _ in range(6)]
        books = [services.bookings.book(buyer, session.id, OVERLAPPING) for buyer in buyers]
        cancel = services.bookings.act(learner, booking.id, "cancel")

        outcome = await at_once([*books[:3], cancel, *books[3:]])

        assert (len(outcome.done), outcome.reasons(), conflicts) == (1, {"CreatorUnavailable": 6}, [])
        assert await status_of(storage, entry) == "offered"
        await check_lines(storage, session)
