"""Seeding of the demo through the services."""

from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import pytest

from builders import (
    ADDRESSES,
    LIFETIMES,
    Services,
    a_principal,
    all_starts,
    an_adapter_set,
    principal_of,
    services_over,
    stored_user,
)
from fakes import FreshIds, MovableClock, PlainPasswords
from marketplace.adapters.memory.storage import memory_storage
from marketplace.bootstrap.inputs import ServiceOptions
from marketplace.bootstrap.service_set import Services as BuiltServices
from marketplace.bootstrap.services import build_services
from marketplace.core.domain.bookable_starts import BookableStart
from marketplace.core.domain.booking_details import BookingHistory
from marketplace.core.domain.booking_steps import TRANSITIONS
from marketplace.core.domain.catalog import CatalogFilters
from marketplace.core.domain.schedules import Schedule
from marketplace.core.domain.sessions import SessionDetails
from marketplace.core.domain.users import User
from marketplace.core.errors import NotBookable, SoldOut
from marketplace.core.ports.booking_quotes import BookingQuotes
from marketplace.core.ports.security import Passwords
from marketplace.core.ports.storage import Storage
from marketplace.core.ports.system import Clock
from marketplace.core.ports.unit_of_work import Transaction
from marketplace.demo.people import CREATOR_EMAIL, CREATORS, DEMO_ACCOUNTS, NEWCOMER, PEOPLE
from marketplace.demo.plan import planned_bookings
from marketplace.demo.reviews import review_of
from marketplace.demo.seed import DemoReport, RealDataPresent, seed_demo
from marketplace.demo.staff_actions import COMPLAINTS, FEATURED

pytestmark = pytest.mark.thorough  # each draws the pictures of the demo

CATEGORIES = ("art", "business", "cooking", "fitness", "languages", "music", "technology", "wellbeing")
NOW = datetime(2026, 3, 27, 14, 23, 5, tzinfo=UTC)
DIFFICULT = (
    datetime(2026, 3, 29, 0, 59, 59, tzinfo=UTC),  # a second before the clocks of Europe go forward
    datetime(2028, 2, 29, 23, 59, tzinfo=UTC),
)
Everything = tuple[set[Any], set[Any], set[Any]]
LEGAL = {step for action in TRANSITIONS.values() for step in action.items()}
IDS = FreshIds()


class Killed(RuntimeError):
    pass


@dataclass(frozen=True, slots=True)
class WatchedQuotes:
    """Booking quotes that call `before` each write."""

    quotes: BookingQuotes
    before: Callable[[], object]

    async def find(self, *arguments: Any) -> Any:
        return await self.quotes.find(*arguments)

    async def accept(self, *arguments: Any, **options: Any) -> None:
        self.before()
        await self.quotes.accept(*arguments, **options)


def watched(storage: Storage, before: Callable[[], object]) -> Storage:
    """Return a storage that calls `before` each transaction."""

    @asynccontextmanager
    async def unit_of_work() -> AsyncIterator[Transaction]:
        before()
        async with storage.unit_of_work() as tx:
            yield tx

    return replace(storage, unit_of_work=unit_of_work, booking_quotes=WatchedQuotes(storage.booking_quotes, before))


def killed_after(storage: Storage, transactions: int) -> Storage:
    left = iter(range(transactions))

    def kill() -> None:
        if next(left, None) is None:
            raise Killed

    return watched(storage, kill)


async def seed(storage: Storage, now: datetime = NOW, categories: Iterable[str] = CATEGORIES) -> DemoReport:
    adapters = an_adapter_set(ids=IDS)
    options = ServiceOptions(categories=tuple(categories), login_lifetimes=LIFETIMES, addresses=ADDRESSES)

    def services_at(clock: Clock, passwords: Passwords) -> BuiltServices:
        return build_services(storage, replace(adapters, clock=clock, passwords=passwords), options)

    return await seed_demo(storage, PlainPasswords(), IDS, services_at, categories=tuple(categories), now=now)


async def user(storage: Storage, email: str) -> User:
    found = await storage.users.find_by_email(email)
    assert found is not None
    return found


async def all_sessions(storage: Storage) -> list[SessionDetails]:
    found: list[SessionDetails] = []
    for creator in CREATORS:
        page = await storage.catalog.of_creator((await user(storage, creator.address)).id, 100, None, NOW)
        found += page.items
    return found


async def all_bookings(storage: Storage) -> list[BookingHistory]:
    accounts = [await storage.users.find_by_email(person.address) for person in PEOPLE]
    pages = [await storage.booking_lists.of_user(account.id, 100, None) for account in accounts if account]
    assert all(page.next is None for page in pages)
    found = [await storage.booking_lists.find(one.id) for page in pages for one in page.items]
    return [one for one in found if one is not None]


async def schedule_of(storage: Storage, session: SessionDetails) -> Schedule | None:
    availability = await storage.availabilities.find(session.id, NOW, NOW)
    assert availability is not None
    return availability.schedule


async def everything(storage: Storage) -> Everything:
    users = [await storage.users.find_by_email(person.address) for person in PEOPLE]
    people = {(one.email, one.role, one.is_staff, one.time_zone, one.date_joined) for one in users if one is not None}
    sessions = {(one.title, one.created_at, await schedule_of(storage, one)) for one in await all_sessions(storage)}
    bookings = {
        (
            *(one.session_details.title, one.user_details.email, one.starts_at, one.seats, one.status),
            tuple((step.at, step.actor_id is None, step.to_status, step.reason) for step in one.history),
        )
        for one in await all_bookings(storage)
    }
    return people, sessions, bookings


def services_at(storage: Storage, now: datetime) -> Services:
    return services_over(storage, clock=MovableClock(now))


async def bookable_starts(storage: Storage, now: datetime, session: SessionDetails) -> tuple[BookableStart, ...]:
    slots, owner = services_at(storage, now).slots, a_principal(session.creator_id)
    return await all_starts(slots.explain, owner, session, now, now + timedelta(days=60))


@dataclass(frozen=True, slots=True)
class Seeding:
    """A demo seeded into an empty storage, with its report and its number of transactions."""

    storage: Storage
    now: datetime
    report: DemoReport
    transactions: int


async def seeding_at(now: datetime) -> Seeding:
    started, storage = count(), memory_storage()

    report = await seed(watched(storage, lambda: next(started)), now)
    return Seeding(storage, now, report, next(started))


@pytest.fixture(scope="module")
async def seeding() -> Seeding:
    return await seeding_at(NOW)


@pytest.fixture(scope="module")
def seeded(seeding: Seeding) -> Storage:
    return seeding.storage


@pytest.fixture(scope="module")
def steps(seeding: Seeding) -> int:
    """Return the number of transactions of a whole seeding."""
    return seeding.transactions


@pytest.fixture(scope="module")
async def whole(seeded: Storage) -> Everything:
    """Return all data of an uninterrupted demo."""
    return await everything(seeded)


@pytest.fixture(scope="module", params=[NOW, *DIFFICULT], ids=str)
async def demo(request: pytest.FixtureRequest, seeding: Seeding) -> tuple[Storage, datetime]:
    """Return a demo and the time of its seeding."""
    created = seeding if request.param == seeding.now else await seeding_at(request.param)
    return created.storage, created.now


async def test_empty_database_gets_whole_demo(seeding: Seeding) -> None:
    report = seeding.report
    assert (report.already_there, report.users, report.sessions) == (False, len(PEOPLE), 80)
    assert 700 <= report.bookings <= 1_000
    assert len(await all_bookings(seeding.storage)) == report.bookings


async def test_sixteen_creators_have_eighty_sessions_in_eight_categories(seeded: Storage) -> None:
    sessions = await all_sessions(seeded)
    assert Counter(Counter(one.creator_id for one in sessions).values()) == {5: 16}
    assert Counter(one.category for one in sessions) == dict.fromkeys(CATEGORIES, 10)
    catalog = await seeded.catalog.list(CatalogFilters(), 100, None, NOW)
    assert {one.id for one in catalog.items} == {one.id for one in sessions if one.status == "active"}
    assert len(catalog.items) == 78


async def test_sessions_were_made_at_different_moments_of_the_past_by_people_who_had_joined(seeded: Storage) -> None:
    sessions = await all_sessions(seeded)
    assert len({one.created_at for one in sessions}) == 80
    assert all(one.created_at < NOW for one in sessions)
    for creator in CREATORS:
        account = await user(seeded, creator.address)
        assert all(account.date_joined < one.created_at for one in sessions if one.creator_id == account.id)


async def test_people_have_their_roles_and_time_zones(seeded: Storage) -> None:
    for person in PEOPLE:
        account = await user(seeded, person.address)
        assert (account.role, account.time_zone) == (person.role, person.time_zone)
        assert account.is_staff == account.is_superuser == person.is_admin
        assert bool(account.bio) == bool(account.languages) == (person.role == "creator")
        assert account.date_joined < NOW - timedelta(days=1)


@pytest.mark.parametrize("account", DEMO_ACCOUNTS, ids=lambda account: account.email)
async def test_a_visitor_can_sign_in_with_the_published_password(seeded: Storage, account: Any) -> None:
    found = await user(seeded, account.email)
    assert await PlainPasswords().verify(account.password, found.password_hash)
    assert f"{found.first_name} {found.last_name}" == account.name
    assert (account.role == "admin") == found.is_superuser


async def test_schedules_are_in_time_zones_of_their_creators(seeded: Storage) -> None:
    schedules = [await schedule_of(seeded, one) for one in await all_sessions(seeded)]
    zones = [schedule.time_zone for schedule in schedules if schedule]
    assert (len(zones), len(set(zones))) == (76, 16)


async def test_every_booking_has_a_legal_history(demo: tuple[Storage, datetime]) -> None:
    storage, now = demo
    for one in await all_bookings(storage):
        schedule, duration = await schedule_of(storage, one.session_details), one.session_details.duration
        assert schedule is None or schedule.is_bookable(one.starts_at, duration, one.created_at)
        steps = [step.at for step in one.history]
        assert steps == sorted(steps)
        assert one.session_details.created_at < steps[0]
        assert steps[-1] <= now
        assert all((step.from_status, step.to_status) in LEGAL for step in one.history[1:])
        assert one.due(now) is None


async def test_bookings_are_of_every_kind(demo: tuple[Storage, datetime]) -> None:
    storage, now = demo
    bookings = await all_bookings(storage)
    assert Counter(one.status for one in bookings).keys() == {"pending", "confirmed", "cancelled", "completed"}
    assert all((one.status == "completed") == (one.ends_at <= now) for one in bookings if one.status != "cancelled")
    assert sum(one.seats > 1 for one in bookings) >= 100
    assert sum(one.status == "cancelled" and one.history[-1].reason != "" for one in bookings) >= 20


async def test_one_start_is_sold_out_and_others_have_two_seats_left(demo: tuple[Storage, datetime]) -> None:
    storage, now = demo
    services, popular = services_at(storage, now), 0
    newcomer = principal_of(await user(storage, NEWCOMER.address))
    for session in await all_sessions(storage):
        found = [one for one in await bookable_starts(storage, now, session) if one.reason in {None, "sold_out"}]
        if session.max_participants < 8 or not found or found[0].reason is None:
            continue
        popular += 1
        with pytest.raises(SoldOut):
            await services.bookings.book(newcomer, session.id, found[0].starts_at)
        assert next(one.seats_left for one in found if one.reason is None) == 2
    assert popular >= 6


async def test_days_off_are_not_bookable(seeded: Storage) -> None:
    services, days_off = services_at(seeded, NOW), 0
    newcomer = principal_of(await user(seeded, NEWCOMER.address))
    for session in await all_sessions(seeded):
        closed = [one for one in await bookable_starts(seeded, NOW, session) if one.reason == "exception"]
        days_off += bool(closed)
        for one in closed[:1]:
            with pytest.raises(NotBookable):
                await services.bookings.book(newcomer, session.id, one.starts_at)
    assert days_off >= 15


async def test_staff_features_some_sessions_and_has_open_reports(seeded: Storage) -> None:
    filters = CatalogFilters(featured=True, ordering="-featured_at")
    featured = await seeded.catalog.list(filters, 10, None, NOW)
    assert [session.title for session in featured.items] == [*reversed(FEATURED)]
    assert await seeded.reports.count_open() == len(COMPLAINTS)


async def test_a_second_seeding_changes_nothing(seeded: Storage, whole: Everything) -> None:
    report = await seed(seeded, NOW + timedelta(days=9))
    assert report == DemoReport(already_there=True, users=0, sessions=0, bookings=0)
    assert await everything(seeded) == whole


async def test_seeding_verifies_the_addresses_of_an_older_demo() -> None:
    storage = memory_storage()
    elena = await stored_user(storage, email=CREATOR_EMAIL)
    await stored_user(storage, email=NEWCOMER.address)

    assert (await seed(storage)).already_there

    assert (await storage.users.get(elena.id)).is_email_verified


async def test_two_empty_databases_get_the_same_demo_within_a_minute(
    whole: Everything,
) -> None:
    other = memory_storage()
    await seed(other, NOW + timedelta(seconds=54))
    assert await everything(other) == whole


async def test_database_with_real_accounts_is_refused_and_unchanged() -> None:
    storage = memory_storage()
    await services_at(storage, NOW).users.register(
        email="ada@company.example", username="ada", password="a real account"
    )
    with pytest.raises(RealDataPresent, match="Nothing was changed"):
        await seed(storage)
    assert await storage.users.find_by_email(CREATOR_EMAIL) is None
    assert not (await storage.catalog.list(CatalogFilters(), 10, None, NOW)).items


async def test_every_demo_step_is_its_own_transaction(steps: int) -> None:
    bookings = sum(1 + len(one.steps) for one in planned_bookings(NOW.replace(second=0)))
    pictures = 2 * (80 + len(CREATORS))  # recorded, then shown
    staff_transactions = len(FEATURED) + len(COMPLAINTS)
    completed = (
        one for one in planned_bookings(NOW.replace(second=0)) if any(s.action == "complete" for s in one.steps)
    )
    reviews = [review for one in completed if (review := review_of(one, NOW.replace(second=0)))]
    written = len(reviews) + sum(bool(review.answer) for review in reviews)
    assert (
        steps == len(PEOPLE) + len(PEOPLE[:-1]) + 80 + 76 + pictures + bookings + staff_transactions + written
    )  # all except the newcomer have set a time zone


@pytest.mark.parametrize("share", [0.05, 0.12, 0.6, 0.999])
async def test_an_interrupted_seeding_is_completed_by_the_next_one_even_days_later(
    whole: Everything, steps: int, share: float
) -> None:
    storage = memory_storage()
    with pytest.raises(Killed):
        await seed(killed_after(storage, int(steps * share)))
    assert not (await seed(storage, NOW + timedelta(days=3))).already_there
    assert await everything(storage) == whole
    assert (await seed(storage)).already_there


async def test_repeatedly_interrupted_seeding_is_completed(whole: Everything, steps: int) -> None:
    storage = memory_storage()
    for _ in range(steps // 400):
        with pytest.raises(Killed):
            await seed(killed_after(storage, 400))
    await seed(storage)
    assert await everything(storage) == whole


async def test_seeding_resumes_after_worker_settled_bookings(steps: int) -> None:
    storage = memory_storage()
    with pytest.raises(Killed):
        await seed(killed_after(storage, steps * 2 // 3))
    for one in await all_bookings(storage):
        await services_at(storage, NOW + timedelta(days=4)).bookings.settle_due(one.id)
    assert not (await seed(storage, NOW + timedelta(days=4))).already_there


async def test_sessions_of_unconfigured_category_have_no_category() -> None:
    storage = memory_storage()
    await seed(storage, categories=("art", "cooking"))
    assert Counter(one.category for one in await all_sessions(storage)) == {"art": 10, "cooking": 10, None: 60}


async def test_demo_has_rated_sessions_with_answers(seeded: Storage) -> None:
    sessions = (await seeded.catalog.list(CatalogFilters(ordering="rating"), 100, None, NOW)).items
    reviews = [each for one in sessions for each in (await seeded.reviews.of_session(one.id, 100, None)).items]

    assert sessions[0].rating.count > 1
    assert sum(one.rating.count for one in sessions) == len(reviews) > 100
    assert {each.stars for each in reviews} == {2, 3, 4, 5}
    assert any(each.answer for each in reviews)
    assert all(each.created_at < NOW for each in reviews)
