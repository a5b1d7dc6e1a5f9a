"""Seats that go from one person to the next while others open times that overlap."""

from collections.abc import Coroutine
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from builders import TOMORROW, Services, services_over
from contracts.harness import at_once, watched
from contracts.waiting import a_person, check_lines, full_start, status_of, waiting
from fakes import NOW, MovableClock
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.sessions import Session
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


async def booked(services: Services, buyer: Principal, session: Session) -> object:
    return await services.bookings.book(buyer, session.id, OVERLAPPING)


@pytest.mark.parametrize("end", ["cancel", "leave", "expire"])
async def test_last_seat_that_goes_to_the_next_in_line_conflicts_with_no_buyer_of_an_overlapping_time(
    storage: Storage, end: str
) -> None:
    clock, conflicts = MovableClock(), list[TransactionConflict]()
    observed = replace(storage, booking_quotes=WatchedQuotes(storage.booking_quotes, conflicts))
    services = services_over(observed, unit_of_work=watched(storage, conflicts), clock=clock)
    for _ in range(12):
        session, learner, booking = await full_start(storage, services)
        person, first = await waiting(storage, services, session)
        _, second = await waiting(storage, services, session)
        if end != "cancel":
            await services.bookings.act(learner, booking.id, "cancel")
        clock.at = NOW + timedelta(hours=2 if end == "expire" else 0)
        buyers = [await a_person(storage) for _ in range(6)]
        books = [booked(services, buyer, session) for buyer in buyers]
        if end == "cancel":
            ending: Coroutine[Any, Any, object] = services.bookings.act(learner, booking.id, "cancel")
        elif end == "leave":
            ending = services.waitlist.leave(person, first.id)
        else:
            ending = services.waitlist_jobs.settle_due(first.id)

        outcome = await at_once([*books[:3], ending, *books[3:]])

        assert (len(outcome.done), outcome.reasons(), conflicts) == (1, {"CreatorUnavailable": 6}, [])
        assert await status_of(storage, first if end == "cancel" else second) == "offered"
        await check_lines(storage, session)
        clock.at = NOW
