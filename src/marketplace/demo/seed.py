"""Creates the demo data through the services, each action with a clock fixed at its planned time.

The account registered last marks the demo as complete. An interrupted run is resumed: it takes the moment of the demo
from the existing accounts, and adds what is missing. Data of different creators is independent and is created
concurrently.
"""

import asyncio
import json
from collections import defaultdict
from collections.abc import Awaitable, Callable, Collection, Coroutine, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar
from uuid import UUID

from marketplace.core.domain.booking_steps import TRANSITIONS
from marketplace.core.domain.bookings import Booking
from marketplace.core.domain.catalog import CatalogFilters
from marketplace.core.domain.pages import Page
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.sessions import SessionDetails
from marketplace.core.domain.users import User
from marketplace.core.errors import IllegalTransition, TooLate
from marketplace.core.errors.reviews import AlreadyReviewed
from marketplace.core.ports.security import Passwords
from marketplace.core.ports.storage import Storage
from marketplace.core.ports.system import Ids
from marketplace.demo.booking_lifecycles import PlannedBooking, PlannedStep
from marketplace.demo.classes import PlannedSession
from marketplace.demo.fixed_clock import FixedClock
from marketplace.demo.people import DEMO_PASSWORD, NEWCOMER, PEOPLE, DemoPerson
from marketplace.demo.plan import planned_bookings, planned_sessions
from marketplace.demo.ports import DemoServices, ServicesAt
from marketplace.demo.reviews import review_of
from marketplace.demo.sessions import CREATOR_TEXTS
from marketplace.demo.shared_hash import SharedHash
from marketplace.demo.staff_actions import StaffActions

T = TypeVar("T")
People = Mapping[str, User]
"""Accounts by username."""
BookingKey = tuple[UUID, UUID, datetime]
"""User, session and booking time, which identify a planned booking."""

PAGE = 100
VISITED = "12 Besant Avenue, Adyar"
"""The address of learners whom a creator comes to."""


class RealDataPresent(RuntimeError):
    """The database has accounts that are not demo accounts."""

    def __init__(self) -> None:
        super().__init__(
            "This database has accounts that aren't demo accounts. The demo passwords are public, "
            "so demo data is only created in a database without accounts. Nothing was changed."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoReport:
    """Numbers of rows added by this run; zero if the demo already existed."""

    already_there: bool
    users: int
    sessions: int
    bookings: int


async def seed_demo(
    storage: Storage,
    passwords: Passwords,
    ids: Ids,
    services_at: ServicesAt,
    *,
    categories: Collection[str],
    now: datetime,
) -> DemoReport:
    """Create the demo data, or the missing part of it.

    `services_at` builds the services with a fixed clock. Raises `RealDataPresent` if the database has accounts that
    are not demo accounts.
    """
    known = await _existing_users(storage)
    await _verify_addresses(storage, known, now)
    if NEWCOMER.username in known:
        return DemoReport(already_there=True, users=0, sessions=0, bookings=0)
    if not known and await storage.users.has_any():
        raise RealDataPresent
    seeder = _Seeder(
        storage=storage,
        passwords=SharedHash(passwords),
        ids=ids,
        services_at=services_at,
        categories=categories,
        moment=_moment(known, now),
    )
    others = [person for person in PEOPLE if person != NEWCOMER]
    users = await _gather(seeder.account(person, known.get(person.username)) for person in others)
    people = {person.username: user for person, user in zip(others, users, strict=True)}
    sessions, bookings = await seeder.sessions_and_bookings(people)
    await seeder.staff_actions(people)
    await seeder.account(NEWCOMER, None)
    return DemoReport(already_there=False, users=len(PEOPLE) - len(known), sessions=sessions, bookings=bookings)


async def _existing_users(storage: Storage) -> dict[str, User]:
    found = await _gather(storage.users.find_by_email(person.address) for person in PEOPLE)
    return {person.username: user for person, user in zip(PEOPLE, found, strict=True) if user is not None}


async def _verify_addresses(storage: Storage, known: People, now: datetime) -> None:
    """Verify the addresses of a demo that a release without verified addresses created."""
    for user in known.values():
        if not user.is_email_verified:
            async with storage.unit_of_work() as tx:
                await tx.users.save((await tx.users.acquire(user.id)).with_verified_email(now))


def _moment(known: People, now: datetime) -> datetime:
    for person in PEOPLE:
        if person.username in known:
            return person.moment(known[person.username].date_joined)
    return now.astimezone(UTC).replace(second=0, microsecond=0)


async def _gather(work: Iterable[Coroutine[Any, Any, T]]) -> list[T]:
    """Return the results in order. The first failure cancels the others and is raised without its group."""
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(coroutine) for coroutine in work]
    except ExceptionGroup as group_error:
        raise group_error.exceptions[0] from None
    return [task.result() for task in tasks]


async def _all_pages(fetch: Callable[[str | None], Awaitable[Page[T]]]) -> list[T]:
    items: list[T] = []
    after: str | None = None
    while True:
        page = await fetch(after)
        items.extend(page.items)
        if page.next is None:
            return items
        after = page.next


def _order(**what: str) -> bytes:
    """Return the upload of a picture that is drawn: what it shows."""
    return json.dumps(what).encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seeder:
    """The idempotent steps that create the demo."""

    storage: Storage
    passwords: Passwords
    ids: Ids
    services_at: ServicesAt
    categories: Collection[str]
    moment: datetime

    async def account(self, person: DemoPerson, user: User | None) -> User:
        """Return the account of a person; register it if missing, and set the time zone and what a creator says."""
        service = self._services(person.joined_at(self.moment)).users
        if user is None:
            user = await service.register(
                email=person.address,
                username=person.username,
                password=DEMO_PASSWORD,
                role=person.role,
                first_name=person.first_name,
                last_name=person.last_name,
                is_staff=person.is_admin,
                is_superuser=person.is_admin,
                is_email_verified=True,
            )
        texts = CREATOR_TEXTS.get(person.username)
        profile = {"time_zone": person.time_zone, **(texts.changes() if texts else {})}
        if any(getattr(user, name) != value for name, value in profile.items()):
            user = await service.change_profile(self._principal(user), profile)
        if user.role == "creator" and user.avatar is None:
            avatars = self._services(person.joined_at(self.moment)).avatars
            user = await avatars.upload(self._principal(user), _order(username=person.username))
        return user

    async def sessions_and_bookings(self, people: People) -> tuple[int, int]:
        """Create missing sessions and bookings of all creators; return the number of each."""
        sessions: dict[str, list[PlannedSession]] = defaultdict(list)
        bookings: dict[str, list[PlannedBooking]] = defaultdict(list)
        for session in planned_sessions(self.moment):
            sessions[session.creator.username].append(session)
        for booking in planned_bookings(self.moment):
            bookings[booking.planned.creator.username].append(booking)
        added = await _gather(self._creator_data(people, sessions[creator], bookings[creator]) for creator in sessions)
        return sum(count for count, _ in added), sum(count for _, count in added)

    async def _creator_data(
        self, people: People, sessions: list[PlannedSession], bookings: list[PlannedBooking]
    ) -> tuple[int, int]:
        creator = people[sessions[0].creator.username]
        catalog, lists = self.storage.catalog, self.storage.booking_lists
        existing_sessions = {
            one.title: one
            for one in await _all_pages(lambda after: catalog.of_creator(creator.id, PAGE, after, self.moment))
        }
        booked = await _all_pages(lambda after: lists.of_creator(creator.id, PAGE, after))
        existing_bookings: dict[BookingKey, Booking] = {
            (one.user_id, one.session_id, one.created_at): one for one in booked
        }
        ids = {
            one.session.title: await self._session(one, creator, existing_sessions.get(one.session.title))
            for one in sessions
        }
        for one in bookings:
            session_id = ids[one.planned.session.title]
            key = (people[one.person.username].id, session_id, one.booked_at)
            await self._booking(one, people, session_id, existing_bookings.get(key))
        return len(sessions) - len(existing_sessions), len(bookings) - len(existing_bookings)

    async def _session(self, planned: PlannedSession, creator: User, session: SessionDetails | None) -> UUID:
        """Return the id of the session; create it and its schedule if missing."""
        principal = self._principal(creator)
        if session is None:
            changes = planned.session.changes()
            # The operator may have configured other categories; the session then has none.
            changes["category"] = changes["category"] if changes["category"] in self.categories else None
            session = (await self._services(planned.created_at).sessions.create(principal, changes)).resource
        if not session.pictures:
            pictures = self._services(planned.created_at).pictures
            order = _order(category=planned.session.category, title=planned.session.title)
            await pictures.add(principal, session.id, order, "", is_drawn=True)
        if session.is_open and not planned.session.is_open:
            await self._services(planned.scheduled_at).schedules.replace(principal, session.id, planned.schedule)
        return session.id

    async def _booking(
        self, planned: PlannedBooking, people: People, session_id: UUID, booking: Booking | None
    ) -> None:
        """Book unless booked already, then take the remaining steps."""
        if booking is None:
            service = self._services(planned.booked_at).bookings
            learner = self._principal(people[planned.person.username])
            visited = VISITED if planned.planned.session.format == "at_yours" else None
            starts_at, seats = planned.starts_at, planned.seats
            booking = (await service.book(learner, session_id, starts_at, seats, address=visited)).resource
        status = booking.status
        for step in planned.steps:
            if status in TRANSITIONS[step.action]:
                await self._step(step, booking.id, people)
                status = TRANSITIONS[step.action][status]
        if status == "completed":
            await self._review(planned, people, session_id, booking.id)

    async def _review(self, planned: PlannedBooking, people: People, session_id: UUID, booking_id: UUID) -> None:
        review = review_of(planned, self.moment)
        if review is None:
            return
        learner, creator = (people[each.username] for each in (planned.person, planned.planned.creator))
        with suppress(AlreadyReviewed):
            given = (session_id, booking_id, review.stars, review.text)
            await self._services(review.at).reviews.write(self._principal(learner), *given)
        if review.answer:
            own = await _all_pages(lambda after: self.storage.reviews.of_author(learner.id, PAGE, after))
            written = next(each for each in own if each.booking_id == booking_id)
            if written.answered_at is None:
                answering = self._services(review.answered_at).reviews
                await answering.answer(self._principal(creator), written.id, review.answer)

    async def _step(self, step: PlannedStep, booking_id: UUID, people: People) -> None:
        service = self._services(step.at).bookings
        if step.by is None:
            await service.settle_due(booking_id)
            return
        # A worker running at the same time may have settled the booking already, by the real clock.
        with suppress(IllegalTransition, TooLate):
            await service.act(self._principal(people[step.by.username]), booking_id, step.action, step.reason)

    async def staff_actions(self, people: People) -> None:
        staff = next(person.username for person in PEOPLE if person.is_admin)
        catalog = self.storage.catalog
        listed = await _all_pages(lambda after: catalog.list(CatalogFilters(), PAGE, after, self.moment))
        principals = {username: self._principal(user) for username, user in people.items()}
        actions = StaffActions(services_at=self._services, moment=self.moment)
        await actions.run(principals[staff], principals, {one.title: one.id for one in listed})

    def _services(self, at: datetime) -> DemoServices:
        return self.services_at(FixedClock(at), self.passwords)

    def _principal(self, user: User) -> Principal:
        return Principal(
            user_id=user.id,
            family_id=self.ids.new(),
            role=user.role,
            is_staff=user.is_staff,
            is_superuser=user.is_superuser,
        )
