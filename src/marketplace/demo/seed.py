"""Making the demo, through the services, each at the moment at which the thing is supposed to have happened.

The account registered last says that the demo is complete. An interrupted seeding is resumed: it goes on from the
first day that its accounts were made for, uses what is there and adds what is missing.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Coroutine, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

from marketplace.core.entities.bookings import LIVE, Booking
from marketplace.core.entities.pages import Page
from marketplace.core.entities.tokens import Caller
from marketplace.core.entities.users import User
from marketplace.core.ports.security import Passwords
from marketplace.core.ports.storage import Storage
from marketplace.core.ports.system import Ids
from marketplace.core.services.bookings import BookingService
from marketplace.core.services.sessions import SessionService
from marketplace.core.services.tokens import CallerMemory
from marketplace.core.services.users import UserService
from marketplace.demo.people import CREATORS, DEMO_PASSWORD, NEWCOMER, PEOPLE, DemoPerson
from marketplace.demo.plan import PlannedBooking, planned_bookings, planned_sessions

T = TypeVar("T")
Booked = dict[tuple[UUID, UUID, datetime], Booking]
"""Bookings by person, session and start."""

PAGE = 100


class RealDataPresent(RuntimeError):
    """The database belongs to somebody."""

    def __init__(self) -> None:
        super().__init__(
            "This database holds accounts that are not the demo's. The demo's password is public, "
            "so it is only made in a database that has no accounts yet. Nothing was changed."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoReport:
    """What this seeding added; nothing when the demo was there already."""

    already_there: bool
    users: int
    sessions: int
    bookings: int


async def seed_demo(
    storage: Storage, passwords: Passwords, ids: Ids, categories: Collection[str], now: datetime
) -> DemoReport:
    """Make the demo, or what is missing of it. Raises `RealDataPresent` when there are accounts and none is ours."""
    known = await _known_people(storage)
    if NEWCOMER.username in known:
        return DemoReport(already_there=True, users=0, sessions=0, bookings=0)
    if not known and await storage.users.has_any():
        raise RealDataPresent
    seeding = _Seeding(
        storage=storage, passwords=passwords, ids=ids, categories=categories, first_day=_first_day(known, now)
    )
    others = [person for person in PEOPLE if person != NEWCOMER]
    users = await _side_by_side(seeding.account(person, known.get(person.username)) for person in others)
    people = {person.username: user for person, user in zip(others, users, strict=True)}
    session_ids, sessions = await seeding.sessions(people)
    bookings = await seeding.bookings(people, session_ids)
    await seeding.account(NEWCOMER, None)
    return DemoReport(already_there=False, users=len(PEOPLE) - len(known), sessions=sessions, bookings=bookings)


async def _known_people(storage: Storage) -> dict[str, User]:
    found = await asyncio.gather(*(storage.users.find_by_email(person.address) for person in PEOPLE))
    return {person.username: user for person, user in zip(PEOPLE, found, strict=True) if user is not None}


def _first_day(known: Mapping[str, User], now: datetime) -> datetime:
    for person in PEOPLE:
        if person.username in known:
            return person.first_day(known[person.username].date_joined)
    return now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


async def _side_by_side(work: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
    """The results in order. The first failure is raised once all have ended, so that nothing goes on behind it."""
    outcomes = await asyncio.gather(*work, return_exceptions=True)
    failures = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
    if failures:
        raise failures[0]
    return [outcome for outcome in outcomes if not isinstance(outcome, BaseException)]


async def _all(page: Callable[[str | None], Awaitable[Page[T]]]) -> list[T]:
    found: list[T] = []
    after: str | None = None
    while True:
        one = await page(after)
        found.extend(one.items)
        if one.next is None:
            return found
        after = one.next


@dataclass(frozen=True, slots=True)
class _Moment:
    """A clock that stands still, so that things planned for different moments can be done side by side."""

    at: datetime

    def now(self) -> datetime:
        return self.at


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seeding:
    """The steps. Each looks first whether it was taken already."""

    storage: Storage
    passwords: Passwords
    ids: Ids
    categories: Collection[str]
    first_day: datetime

    async def account(self, person: DemoPerson, user: User | None) -> User:
        """The account of a person, registered unless it is there, with their time zone set."""
        clock = _Moment(person.joined_at(self.first_day))
        service = UserService(
            unit_of_work=self.storage.unit_of_work,
            users=self.storage.users,
            memory=CallerMemory(clock),
            passwords=self.passwords,
            clock=clock,
            ids=self.ids,
        )
        if user is None:
            user = await service.register(
                email=person.address,
                username=person.username,
                password=DEMO_PASSWORD,
                role=person.role,
                first_name=person.first_name,
                last_name=person.last_name,
            )
        if user.time_zone != person.time_zone:
            user = await service.change_profile(self._caller(user), {"time_zone": person.time_zone})
        return user

    async def sessions(self, people: Mapping[str, User]) -> tuple[dict[str, UUID], int]:
        """The id of every session by its title, and how many of them were added."""
        session_ids: dict[str, UUID] = {}
        for creator in CREATORS:
            session_ids |= await self._sessions_of(people[creator.username])
        added = 0
        for planned in planned_sessions(self.first_day):
            if planned.session.title in session_ids:
                continue
            facts = planned.session.facts()
            # An operator may have chosen other categories; a demo session then stands in none.
            facts["category"] = facts["category"] if facts["category"] in self.categories else None
            caller = self._caller(people[planned.session.creator])
            created = (await self._session_service(planned.created_at).create(caller, facts)).thing
            session_ids[created.title] = created.id
            added += 1
        return session_ids, added

    async def bookings(self, people: Mapping[str, User], session_ids: Mapping[str, UUID]) -> int:
        """Make every booking that is not there, in the order of the plan; say how many."""
        there: Booked = {}
        for user in people.values():
            there |= await self._bookings_of(user)
        added = 0
        for planned in planned_bookings(self.first_day):
            user, session_id = people[planned.person.username], session_ids[planned.session.title]
            booking = there.get((user.id, session_id, planned.starts_at))
            if booking is None:
                service = self._booking_service(planned.booked_at)
                made = await service.book(self._caller(user), session_id, planned.starts_at, planned.seats)
                booking = made.thing
                added += 1
            await self._cancel_as_planned(planned, booking, user)
        return added

    async def _cancel_as_planned(self, planned: PlannedBooking, booking: Booking, user: User) -> None:
        if planned.cancelled_at is not None and booking.status in LIVE:
            await self._booking_service(planned.cancelled_at).act(self._caller(user), booking.id, "cancel")

    async def _sessions_of(self, creator: User) -> dict[str, UUID]:
        catalog = self.storage.catalog
        return {one.title: one.id for one in await _all(lambda after: catalog.of_creator(creator.id, PAGE, after))}

    async def _bookings_of(self, user: User) -> Booked:
        lists = self.storage.booking_lists
        found = await _all(lambda after: lists.of_user(user.id, PAGE, after))
        return {(one.user_id, one.session_id, one.starts_at): one for one in found}

    def _session_service(self, at: datetime) -> SessionService:
        return SessionService(
            unit_of_work=self.storage.unit_of_work,
            catalog=self.storage.catalog,
            users=self.storage.users,
            clock=_Moment(at),
            ids=self.ids,
            categories=self.categories,
        )

    def _booking_service(self, at: datetime) -> BookingService:
        return BookingService(
            unit_of_work=self.storage.unit_of_work, lists=self.storage.booking_lists, clock=_Moment(at), ids=self.ids
        )

    def _caller(self, user: User) -> Caller:
        return Caller(
            user_id=user.id,
            family_id=self.ids.new(),
            role=user.role,
            is_staff=user.is_staff,
            is_superuser=user.is_superuser,
        )
