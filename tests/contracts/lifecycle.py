"""A stateful test that runs the same commands on memory and on PostgreSQL and compares their outcomes."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from builders import Services, a_session, a_user, principal_of, services_over
from contracts.booking_invariants import check_books
from fakes import MovableClock
from marketplace.adapters.memory.storage import memory_storage
from marketplace.core.domain.booking_details import BookingHistory
from marketplace.core.domain.booking_steps import BookingAction
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.sessions import Session
from marketplace.core.domain.users import User
from marketplace.core.errors import Busy, MarketplaceError
from marketplace.core.ports.storage import Storage

LEARNERS = 6
STEP = timedelta(minutes=30)
PEOPLE = ("learner", "creator", "learner", "creator", "staff", "stranger")
ACTOR, BOOKING, SESSION = st.sampled_from(PEOPLE), st.integers(0, 7), st.integers(0, 5)
WHEN = st.sampled_from([2, 3, 4, 5, 6, 7, 8, 0])
Order = tuple[int, int, int, int]
"""Indexes of a learner, a session and a start, and the number of seats."""
ORDERS = st.lists(st.tuples(st.integers(0, LEARNERS - 1), SESSION, WHEN, st.integers(1, 2)), min_size=3, max_size=6)


@dataclass(kw_only=True)
class Side:
    """One marketplace, with its bookings in the order in which they were made."""

    storage: Storage
    services: Services
    booked: list[UUID] = field(default_factory=list)


Command = Callable[[Side], Awaitable[object]]


class MarketplaceMachine(RuleBasedStateMachine):
    """Sends the same commands to two marketplaces with the same initial data."""

    runner: asyncio.Runner
    opened: Storage

    @initialize(confirms=st.lists(st.booleans(), min_size=3, max_size=3), orders=ORDERS)
    def begin(self, confirms: list[bool], orders: list[Order]) -> None:
        """Start with two creators and some learners; one creator has two sessions that exclude each other."""
        self.clock = MovableClock()
        self.sides = [
            Side(storage=storage, services=services_over(storage, clock=self.clock))
            for storage in (memory_storage(), self.opened)
        ]
        self.learners = [a_user() for _ in range(LEARNERS)]
        self.creators = [a_user(role="creator") for _ in range(2)]
        self.staff, self.stranger = a_user(is_staff=True), a_user()
        self.sessions: list[Session] = []
        self._both(self._add_people)
        for place, requires_confirmation in enumerate(confirms):
            self._add_session(
                creator=place % 2, minutes=60, seats=2, requires_confirmation=requires_confirmation, notice=place
            )
        self.book(orders)

    @rule(
        creator=st.integers(0, 1),
        minutes=st.sampled_from([30, 60, 90]),
        seats=st.integers(1, 3),
        requires_confirmation=st.booleans(),
    )
    @precondition(lambda self: len(self.sessions) < 6)
    def offer_session(self, creator: int, minutes: int, seats: int, *, requires_confirmation: bool) -> None:
        self._add_session(
            creator=creator, minutes=minutes, seats=seats, requires_confirmation=requires_confirmation, notice=0
        )

    @rule(orders=ORDERS)
    def book(self, orders: list[Order]) -> None:
        for order in orders:
            self._book(*order)

    def _book(self, who: int, what: int, when: int, seats: int) -> None:
        session, starts_at, learner = self._session(what), self._start(when), principal_of(self.learners[who])

        async def command(side: Side) -> object:
            booking = (await side.services.bookings.book(learner, session.id, starts_at, seats)).resource
            side.booked.append(booking.id)
            return booking.status

        self._both(command)

    @rule(which=BOOKING, who=ACTOR, action=st.sampled_from(["confirm", "decline"]))
    @precondition(lambda self: self._booked())
    def answer(self, which: int, who: str, action: BookingAction) -> None:
        self._act(which, who, action)

    @rule(which=BOOKING, who=ACTOR, action=st.sampled_from(["cancel", "complete"]))
    @precondition(lambda self: self._booked())
    def finish(self, which: int, who: str, action: BookingAction) -> None:
        self._act(which, who, action)

    @rule(which=BOOKING)
    @precondition(lambda self: self._booked())
    def expire(self, which: int) -> None:
        """Expire a booking, as its settlement job does."""

        async def command(side: Side) -> object:
            async with side.storage.unit_of_work() as tx:
                booking = await tx.bookings.acquire(newest(side.booked, which))
                expired, step = booking.after("expire", None, self.clock.now())
                await (tx.slots.release if expired.status == "cancelled" else tx.slots.release_held)(booking)
                await tx.bookings.save(expired, step)
            return expired.status

        self._both(command)

    @rule(moves=st.lists(st.tuples(BOOKING, ACTOR, WHEN), min_size=3, max_size=5))
    @precondition(lambda self: self._booked())
    def reschedule(self, moves: list[tuple[int, str, int]]) -> None:
        for move in moves:
            self._reschedule(*move)

    def _reschedule(self, which: int, who: str, when: int) -> None:
        starts_at = self._start(when)

        async def command(side: Side) -> object:
            booking = await self._booking(side, which)
            mover = self._principal(who, booking)
            rescheduled = (await side.services.bookings.reschedule(mover, booking.id, starts_at, "So be it.")).resource
            return rescheduled.status, rescheduled.starts_at, rescheduled.requested_start, rescheduled.respond_by

        self._both(command)

    @rule(changes=st.lists(st.tuples(BOOKING, ACTOR, st.integers(1, 3)), min_size=2, max_size=4))
    @precondition(lambda self: self._booked())
    def change_seats(self, changes: list[tuple[int, str, int]]) -> None:
        for change in changes:
            self._change_seats(*change)

    def _change_seats(self, which: int, who: str, seats: int) -> None:
        async def command(side: Side) -> object:
            booking = await self._booking(side, which)
            person = self._principal(who, booking)
            changed = (await side.services.seat_changes.change(person, booking.id, seats)).resource
            return changed.seats, changed.amount, changed.status

        self._both(command)

    @rule(what=SESSION, when=WHEN, who=st.integers(0, 1))
    def cancel_slot(self, what: int, when: int, who: int) -> None:
        session, starts_at, principal = self._session(what), self._start(when), principal_of(self.creators[who])

        async def command(side: Side) -> object:
            created = await side.services.slots.cancel(principal, session.id, starts_at, "I am ill.")
            return len(created.resource)

        self._both(command)

    @rule(what=SESSION, seats=st.integers(1, 4))
    def change_capacity(self, what: int, seats: int) -> None:
        self._change(what, max_participants=seats)

    @rule(what=SESSION, minutes=st.sampled_from([30, 60, 90]))
    def change_duration(self, what: int, minutes: int) -> None:
        self._change(what, duration=minutes)

    @rule(what=SESSION, requires_confirmation=st.booleans(), notice=st.integers(0, 2))
    def change_terms(self, what: int, notice: int, *, requires_confirmation: bool) -> None:
        self._change(what, requires_confirmation=requires_confirmation, cancellation_notice=notice)

    @rule(what=SESSION)
    @precondition(lambda self: len(self.sessions) > 3)
    def archive(self, what: int) -> None:
        """Archive an added session; the initial ones stay."""
        session = self.sessions[3:][what % (len(self.sessions) - 3)]
        self._both(lambda side: side.services.sessions.archive(self._owner(session), session.id))

    @rule(who=st.integers(0, 1), is_active=st.sampled_from([True, True, False]))
    def set_creator_active(self, who: int, *, is_active: bool) -> None:
        async def command(side: Side) -> object:
            return (await side.services.users.set_active(self.creators[who].id, is_active=is_active)).is_active

        self._both(command)

    @rule(steps=st.sampled_from([1, 2, 3, 4, 96]))
    def advance_clock(self, steps: int) -> None:
        self.clock.advance(steps * STEP)
        self._both(lambda side: side.services.materialized_availability.renew())

    @invariant()
    def books_are_consistent_and_equal(self) -> None:
        for creator in self.creators:
            of_memory, of_postgres = (self._run(check_books(side.storage, creator.id)) for side in self.sides)
            assert [without_ids(each) for each in of_memory] == [without_ids(each) for each in of_postgres]

    def _run(self, work: Awaitable[Any]) -> Any:
        async def awaited() -> Any:
            return await work

        return self.runner.run(awaited())

    def _both(self, command: Command) -> object:
        of_memory, of_postgres = (self._run(outcome(command, side)) for side in self.sides)
        assert of_memory == of_postgres
        return of_memory

    async def _add_people(self, side: Side) -> None:
        async with side.storage.unit_of_work() as tx:
            for user in (*self.learners, *self.creators, self.staff, self.stranger):
                await tx.users.add(user)

    def _add_session(self, *, creator: int, minutes: int, seats: int, requires_confirmation: bool, notice: int) -> None:
        session = a_session(
            creator_id=self.creators[creator].id,
            duration=minutes,
            max_participants=seats,
            requires_confirmation=requires_confirmation,
            cancellation_notice=notice,
        )

        async def command(side: Side) -> None:
            async with side.storage.unit_of_work() as tx:
                await tx.sessions.add(session)

        self._both(command)
        self.sessions.append(session)

    def _change(self, what: int, **changes: object) -> None:
        session = self._session(what)

        async def command(side: Side) -> object:
            changed = await side.services.sessions.change(self._owner(session), session.id, changes)
            return changed.duration, changed.max_participants

        self._both(command)

    def _act(self, which: int, who: str, action: BookingAction) -> None:
        async def command(side: Side) -> object:
            booking = await self._booking(side, which)
            after = (
                await side.services.bookings.act(self._principal(who, booking), booking.id, action, "So be it.")
            ).resource
            return after.status, after.respond_by

        self._both(command)

    def _booked(self) -> bool:
        return bool(self.sides[0].booked)

    async def _booking(self, side: Side, which: int) -> BookingHistory:
        found = await side.storage.booking_lists.find(newest(side.booked, which))
        assert found is not None
        return found

    def _principal(self, who: str, booking: BookingHistory) -> Principal:
        fixed = {"staff": self.staff.id, "stranger": self.stranger.id}
        by_name = fixed | {"learner": booking.user_id, "creator": booking.creator_id}
        all_users: list[User] = [*self.learners, *self.creators, self.staff, self.stranger]
        return next(principal_of(user) for user in all_users if user.id == by_name[who])

    def _owner(self, session: Session) -> Principal:
        return next(principal_of(creator) for creator in self.creators if creator.id == session.creator_id)

    def _session(self, what: int) -> Session:
        return self.sessions[what % len(self.sessions)]

    def _start(self, when: int) -> datetime:
        return self.clock.now() + when * STEP


async def outcome(command: Command, side: Side) -> object:
    """Return the result of a command, or the code of its error. `Busy` is a failure of the test."""
    try:
        return await command(side)
    except Busy:
        raise
    except MarketplaceError as error:
        return error.code


def newest(booked: list[UUID], which: int) -> UUID:
    """Return a recent booking, counted from the end."""
    return booked[-1 - which % len(booked)]


def without_ids(booking: BookingHistory) -> BookingHistory:
    """Return the booking without the ids that each side generates."""
    zero_id = UUID(int=0)
    steps = tuple(replace(step, booking_id=zero_id, batch_id=step.batch_id and zero_id) for step in booking.history)
    return replace(booking, id=zero_id, history=steps)
