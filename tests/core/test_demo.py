from collections import Counter
from collections.abc import AsyncIterator, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any
from uuid import UUID

import pytest

from fakes import FreshIds, MovableClock, PlainPasswords
from marketplace.adapters.memory.storage import memory_storage
from marketplace.core.entities.bookings import BookingDetails
from marketplace.core.entities.sessions import CatalogFilters, SessionDetails
from marketplace.core.entities.tokens import Caller
from marketplace.core.errors import SoldOut
from marketplace.core.ports.storage import Storage
from marketplace.core.ports.unit_of_work import Transaction
from marketplace.core.services.bookings import BookingService
from marketplace.core.services.tokens import CallerMemory
from marketplace.core.services.users import UserService
from marketplace.demo.people import CREATOR_EMAIL, CREATORS, DEMO_PASSWORD, LEARNER_EMAIL, NEWCOMER, PEOPLE
from marketplace.demo.seed import DemoReport, RealDataPresent, seed_demo

CATEGORIES = ("art", "business", "cooking", "fitness", "languages", "music", "technology", "wellbeing")
NOW = datetime(2026, 3, 27, 14, 23, 5, tzinfo=UTC)
FIRST_DAY = datetime(2026, 3, 27, tzinfo=UTC)
IDS = FreshIds()


class Killed(RuntimeError):
    pass


def killed_after(storage: Storage, transactions: int) -> Storage:
    left = iter(range(transactions))

    @asynccontextmanager
    async def unit_of_work() -> AsyncIterator[Transaction]:
        if next(left, None) is None:
            raise Killed
        async with storage.unit_of_work() as tx:
            yield tx

    return replace(storage, unit_of_work=unit_of_work)


async def seed(storage: Storage, now: datetime = NOW, categories: Iterable[str] = CATEGORIES) -> DemoReport:
    return await seed_demo(storage, PlainPasswords(), IDS, tuple(categories), now)


async def user_id(storage: Storage, email: str) -> UUID:
    user = await storage.users.find_by_email(email)
    assert user is not None
    return user.id


async def all_sessions(storage: Storage) -> list[SessionDetails]:
    found: list[SessionDetails] = []
    for creator in CREATORS:
        page = await storage.catalog.of_creator(await user_id(storage, creator.address), 100, None, NOW)
        found += page.items
    return found


async def all_bookings(storage: Storage) -> list[BookingDetails]:
    found: list[BookingDetails] = []
    for person in PEOPLE:
        page = await storage.booking_lists.of_user(await user_id(storage, person.address), 100, None)
        assert page.next is None
        found += page.items
    return found


async def everything(storage: Storage) -> tuple[set[Any], set[Any], set[Any]]:
    users = [await storage.users.find_by_email(person.address) for person in PEOPLE]
    people = {(user.email, user.role, user.time_zone, user.date_joined) for user in users if user is not None}
    sessions = {(one.title, one.creator_details.username, one.created_at) for one in await all_sessions(storage)}
    bookings = {
        (one.session_details.title, one.user_details.email, one.starts_at, one.seats, one.status, one.created_at)
        for one in await all_bookings(storage)
    }
    return people, sessions, bookings


@pytest.fixture(scope="module")
async def seeded() -> Storage:
    storage = memory_storage()
    await seed(storage)
    return storage


async def test_an_empty_database_gets_the_whole_demo() -> None:
    storage = memory_storage()
    report = await seed(storage)
    assert not report.already_there
    assert (report.users, report.sessions) == (len(PEOPLE), 60)
    assert 150 <= report.bookings <= 250
    assert len(await all_bookings(storage)) == report.bookings


async def test_twelve_creators_offer_five_sessions_each_in_eight_fields(seeded: Storage) -> None:
    sessions = await all_sessions(seeded)
    assert len(CREATORS) == 12
    assert set(Counter(one.creator_id for one in sessions).values()) == {5}
    assert Counter(one.category for one in sessions).keys() == set(CATEGORIES)
    assert min(Counter(one.category for one in sessions).values()) == 7
    assert sum(one.status == "inactive" for one in sessions) == 2


async def test_the_catalog_shows_the_active_sessions(seeded: Storage) -> None:
    page = await seeded.catalog.list(CatalogFilters(), 100, None, NOW)
    assert len(page.items) == 58


async def test_sessions_were_made_at_different_moments_of_the_past_by_people_who_had_joined(seeded: Storage) -> None:
    sessions = await all_sessions(seeded)
    assert len({one.created_at for one in sessions}) == 60
    assert all(one.created_at < NOW for one in sessions)
    for creator in CREATORS:
        account = await seeded.users.find_by_email(creator.address)
        assert account is not None
        assert all(account.date_joined < one.created_at for one in sessions if one.creator_id == account.id)


async def test_people_have_their_roles_and_time_zones(seeded: Storage) -> None:
    for person in PEOPLE:
        account = await seeded.users.find_by_email(person.address)
        assert account is not None
        assert (account.role, account.time_zone) == (person.role, person.time_zone)
        assert account.date_joined < FIRST_DAY


@pytest.mark.parametrize("email", [LEARNER_EMAIL, CREATOR_EMAIL])
async def test_a_visitor_can_sign_in_with_the_published_password(seeded: Storage, email: str) -> None:
    account = await seeded.users.find_by_email(email)
    assert account is not None
    assert await PlainPasswords().verify(DEMO_PASSWORD, account.password_hash)


async def test_the_accounts_a_visitor_signs_in_with_have_a_past_and_a_future(seeded: Storage) -> None:
    booked = await seeded.booking_lists.of_user(await user_id(seeded, LEARNER_EMAIL), 100, None)
    taught = await seeded.booking_lists.of_creator(await user_id(seeded, CREATOR_EMAIL), 100, None)
    for bookings in (booked.items, taught.items):
        live = [one for one in bookings if one.status == "confirmed"]
        assert sum(one.starts_at < FIRST_DAY for one in live) >= 3
        assert sum(one.starts_at > FIRST_DAY + timedelta(days=1) for one in live) >= 3
        assert any(one.status == "cancelled" for one in bookings)


async def test_bookings_lie_in_the_past_and_the_future_and_some_are_cancelled(seeded: Storage) -> None:
    bookings = await all_bookings(seeded)
    assert sum(one.starts_at < NOW for one in bookings) >= 50
    assert sum(one.starts_at > NOW for one in bookings) >= 50
    assert sum(one.status == "cancelled" for one in bookings) >= 10
    assert sum(one.seats > 1 for one in bookings) >= 30


async def test_every_step_of_a_booking_was_taken_before_its_start_and_before_now(seeded: Storage) -> None:
    for one in await all_bookings(seeded):
        found = await seeded.booking_lists.find(one.id)
        assert found is not None
        steps = [step.at for step in found.history]
        assert steps == sorted(steps)
        assert one.session_details.created_at < steps[0]
        assert steps[-1] < min(one.starts_at, NOW)


async def test_an_upcoming_class_is_sold_out(seeded: Storage) -> None:
    taken: Counter[tuple[UUID, datetime]] = Counter()
    seats = {one.id: one.max_participants for one in await all_sessions(seeded)}
    for one in await all_bookings(seeded):
        if one.status == "confirmed" and one.starts_at > NOW + timedelta(days=1):
            taken[one.session_id, one.starts_at] += one.seats
    full = [slot for slot, sold in taken.items() if sold == seats[slot[0]] > 2]
    nearly_full = [slot for slot, sold in taken.items() if sold == seats[slot[0]] - 1 and sold > 2]
    assert full
    assert nearly_full
    newcomer = Caller(
        user_id=await user_id(seeded, NEWCOMER.address),
        family_id=IDS.new(),
        role="user",
        is_staff=False,
        is_superuser=False,
    )
    service = BookingService(
        unit_of_work=seeded.unit_of_work, lists=seeded.booking_lists, clock=MovableClock(NOW), ids=IDS
    )
    with pytest.raises(SoldOut):
        await service.book(newcomer, *full[0])


async def test_a_second_seeding_changes_nothing() -> None:
    storage = memory_storage()
    await seed(storage)
    before = await everything(storage)
    report = await seed(storage, NOW + timedelta(days=9))
    assert report == DemoReport(already_there=True, users=0, sessions=0, bookings=0)
    assert await everything(storage) == before


async def test_two_empty_databases_get_the_same_demo(seeded: Storage) -> None:
    other = memory_storage()
    await seed(other, NOW + timedelta(hours=3))
    assert await everything(other) == await everything(seeded)


async def test_a_database_with_real_accounts_is_refused_and_left_alone() -> None:
    storage, clock = memory_storage(), MovableClock(NOW)
    users = UserService(
        unit_of_work=storage.unit_of_work,
        users=storage.users,
        memory=CallerMemory(clock),
        passwords=PlainPasswords(),
        clock=clock,
        ids=IDS,
    )
    await users.register(email="ada@company.example", username="ada", password="a real account")
    with pytest.raises(RealDataPresent, match="Nothing was changed"):
        await seed(storage)
    assert await storage.users.find_by_email(CREATOR_EMAIL) is None
    assert not (await storage.catalog.list(CatalogFilters(), 10, None, NOW)).items


@pytest.fixture(scope="module")
async def steps() -> int:
    """How many transactions a whole seeding takes."""
    begun = count()
    storage = memory_storage()

    def unit_of_work() -> AbstractAsyncContextManager[Transaction]:
        next(begun)
        return storage.unit_of_work()

    await seed(replace(storage, unit_of_work=unit_of_work))
    return next(begun)


@pytest.mark.parametrize("share", [0.003, 0.05, 0.12, 0.155, 0.25, 0.31, 0.8, 0.999])
async def test_an_interrupted_seeding_is_completed_by_the_next_one_even_days_later(
    seeded: Storage, steps: int, share: float
) -> None:
    storage = memory_storage()
    with pytest.raises(Killed):
        await seed(killed_after(storage, int(steps * share)))
    report = await seed(storage, NOW + timedelta(days=3))
    assert not report.already_there
    assert await everything(storage) == await everything(seeded)
    assert (await seed(storage)).already_there


async def test_a_seeding_interrupted_again_and_again_is_completed(seeded: Storage, steps: int) -> None:
    storage = memory_storage()
    for _ in range(steps // 5):
        with pytest.raises(Killed):
            await seed(killed_after(storage, 5))
    await seed(storage)
    assert await everything(storage) == await everything(seeded)


async def test_sessions_of_a_field_that_the_operator_does_not_have_stand_in_no_category() -> None:
    storage = memory_storage()
    await seed(storage, categories=("art", "cooking"))
    assert Counter(one.category for one in await all_sessions(storage)) == {"art": 8, "cooking": 8, None: 44}
