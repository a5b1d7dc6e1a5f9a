from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from uuid_utils.compat import uuid7

from builders import TOMORROW, stored_booking, stored_session, stored_user
from contracts.conftest import TIMEOUT, OpenStorage
from contracts.harness import cancel_now
from fakes import NOW
from marketplace.core.domain.admin_lists import (
    ListedAuditFilters,
    ListedBookingFilters,
    ListedSessionFilters,
    ListedUserFilters,
    PersonName,
    Search,
    SessionName,
)
from marketplace.core.domain.audit import AuditEntry
from marketplace.core.domain.bookings import Booking
from marketplace.core.domain.search import words
from marketplace.core.domain.sessions import Session
from marketplace.core.domain.users import User, public_user
from marketplace.core.ports.storage import Storage
from staff_services import an_entry

HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Dataset:
    """A few rows of every kind, all different."""

    storage: Storage
    ada: User
    grace: User
    zoe: User
    yoga: Session
    chess: Session
    lute: Session
    bookings: tuple[Booking, ...]
    entries: tuple[AuditEntry, ...]

    async def users(self, **requested: Any) -> list[str]:
        found = await self.storage.lists.users.page(ListedUserFilters(**requested), 0, 100)
        assert (found.total, found.is_estimated) == (len(found.items), False)
        return [row.first_name for row in found.items]

    async def sessions(self, **requested: Any) -> list[str]:
        found = await self.storage.lists.sessions.page(ListedSessionFilters(**requested), 0, 100)
        assert (found.total, found.is_estimated) == (len(found.items), False)
        return [row.title for row in found.items]

    async def booked(self, **requested: Any) -> list[int]:
        found = await self.storage.lists.bookings.page(ListedBookingFilters(**requested), 0, 100)
        assert (found.total, found.is_estimated) == (len(found.items), False)
        ids = [booking.id for booking in self.bookings]
        return [ids.index(row.id) for row in found.items]

    async def noted(self, **requested: Any) -> list[int]:
        found = await self.storage.lists.audit.page(ListedAuditFilters(**requested), 0, 100)
        assert (found.total, found.is_estimated) == (len(found.items), False)
        ids = [entry.id for entry in self.entries]
        return [ids.index(row.id) for row in found.items]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def dataset(open_storage: OpenStorage) -> AsyncIterator[Dataset]:
    async with open_storage(TIMEOUT) as storage:
        yield await _built(storage)


def at(hours: int, start: datetime = NOW) -> datetime:
    return start + hours * HOUR


async def _built(storage: Storage) -> Dataset:
    ada = await stored_user(
        storage, email="ada@example.org", username="Countess", first_name="Ada", last_name="Éluard",
        role="creator", date_joined=at(1), is_staff=True,
    )  # fmt: skip
    grace = await stored_user(
        storage, email="grace@navy.example", username="amazing", first_name="Grace", last_name="hopper",
        role="creator", date_joined=at(2), is_active=False,
    )  # fmt: skip
    zoe = await stored_user(
        storage, email="Zoe@example.org", username="zed", first_name="Zoë", last_name="Adams",
        date_joined=at(3), is_staff=True, is_superuser=True,
    )  # fmt: skip
    yoga = await stored_session(
        storage, creator_id=ada.id, title="Yoga at dawn", description="With Grâce.", price=Decimal("10.00"),
        duration=60, created_at=at(1), featured_at=at(2), max_participants=10,
    )  # fmt: skip
    chess = await stored_session(
        storage, creator_id=grace.id, title="chess", description="Openings.", price=Decimal("20.50"), duration=30,
        created_at=at(2), archived_at=at(5), max_participants=10,
    )  # fmt: skip
    lute = await stored_session(
        storage, creator_id=grace.id, title="Étude for lute", description="Slow.", price=Decimal("5.00"), duration=90,
        created_at=at(3), status="inactive", hidden_at=at(4), hidden_reason="Spam.", max_participants=10,
    )  # fmt: skip
    bookings = (
        await stored_booking(storage, yoga, zoe.id, created_at=at(1), starts_at=at(3, TOMORROW), amount=Decimal(30)),
        await stored_booking(storage, chess, zoe.id, created_at=at(2), starts_at=at(2, TOMORROW), amount=Decimal(20)),
        await stored_booking(storage, lute, ada.id, created_at=at(3), starts_at=at(8, TOMORROW), amount=Decimal(10)),
    )
    await cancel_now(storage, bookings[2])
    entries = (
        an_entry(at=at(1), actor_id=ada.id, action="role_changed", target_id=grace.id, reason="Asked by phone"),
        an_entry(at=at(2), actor_id=zoe.id, as_id=grace.id, action="signed_in", target_id=uuid7()),
        an_entry(at=at(3), actor_id=None, action="sign_in_refused", after={"email": "nobody@elsewhere.example"}),
    )
    async with storage.unit_of_work() as tx:
        for entry in entries:
            await tx.audit.add(entry)
    cancelled = (*bookings[:2], replace(bookings[2], status="cancelled"))
    return Dataset(storage, ada, grace, zoe, yoga, chess, lute, cancelled, entries)


def requested(text: str) -> Search:
    return words(text)


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, ["Zoë", "Grace", "Ada"]),
        ({"ordering": "date_joined"}, ["Ada", "Grace", "Zoë"]),
        ({"ordering": "email"}, ["Ada", "Grace", "Zoë"]),
        ({"ordering": "-username"}, ["Zoë", "Ada", "Grace"]),
        ({"ordering": "last_name"}, ["Zoë", "Ada", "Grace"]),
        ({"role": "creator"}, ["Grace", "Ada"]),
        ({"is_active": False}, ["Grace"]),
        ({"is_active": True}, ["Zoë", "Ada"]),
        ({"is_staff": True}, ["Zoë", "Ada"]),
        ({"is_superuser": False, "is_staff": True}, ["Ada"]),
        ({"joined_from": at(2)}, ["Zoë", "Grace"]),
        ({"joined_to": at(2)}, ["Ada"]),
        ({"joined_from": at(1), "joined_to": at(3), "role": "user"}, []),
        ({"search": requested("example.org")}, ["Zoë", "Ada"]),
        ({"search": requested("zoe@EXAMPLE.org")}, ["Zoë"]),
        ({"search": requested("eluard")}, ["Ada"]),
        ({"search": requested("amaz gra")}, ["Grace"]),
        ({"search": requested("mazing")}, []),
        ({"search": uuid7()}, []),
    ],
)
async def test_accounts_are_found_and_ordered(dataset: Dataset, filters: dict[str, Any], found: list[str]) -> None:
    assert await dataset.users(**filters) == found


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, ["Étude for lute", "chess", "Yoga at dawn"]),
        ({"ordering": "created_at"}, ["Yoga at dawn", "chess", "Étude for lute"]),
        ({"ordering": "price"}, ["Étude for lute", "Yoga at dawn", "chess"]),
        ({"ordering": "-duration"}, ["Étude for lute", "Yoga at dawn", "chess"]),
        ({"ordering": "title"}, ["chess", "Étude for lute", "Yoga at dawn"]),
        ({"status": "inactive"}, ["Étude for lute"]),
        ({"is_hidden": True}, ["Étude for lute"]),
        ({"is_hidden": False}, ["chess", "Yoga at dawn"]),
        ({"is_archived": True}, ["chess"]),
        ({"is_archived": False, "is_featured": False}, ["Étude for lute"]),
        ({"is_featured": True}, ["Yoga at dawn"]),
        ({"min_price": Decimal(10)}, ["chess", "Yoga at dawn"]),
        ({"max_price": Decimal(10)}, ["Étude for lute", "Yoga at dawn"]),
        ({"created_from": at(2), "created_to": at(3)}, ["chess"]),
        ({"search": requested("yoga grace")}, ["Yoga at dawn"]),
        ({"search": requested("etude")}, ["Étude for lute"]),
        ({"search": requested("grace")}, ["Étude for lute", "chess", "Yoga at dawn"]),
        ({"search": requested("grace@navy.example")}, ["Étude for lute", "chess"]),
        ({"search": requested("yoga hopper")}, []),
    ],
)
async def test_sessions_are_found_and_ordered(dataset: Dataset, filters: dict[str, Any], found: list[str]) -> None:
    assert await dataset.sessions(**filters) == found


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, [2, 1, 0]),
        ({"ordering": "created_at"}, [0, 1, 2]),
        ({"ordering": "booking_date"}, [1, 0, 2]),
        ({"ordering": "amount"}, [2, 1, 0]),
        ({"status": "cancelled"}, [2]),
        ({"status": "confirmed"}, [1, 0]),
        ({"starts_from": at(3, TOMORROW)}, [2, 0]),
        ({"starts_to": at(3, TOMORROW)}, [1]),
        ({"search": requested("etude")}, [2]),
        ({"search": requested("zoe@example.org")}, [1, 0]),
        ({"search": requested("hopper")}, [2, 1]),
        ({"search": requested("openings")}, []),
    ],
)
async def test_bookings_are_found_and_ordered(dataset: Dataset, filters: dict[str, Any], found: list[int]) -> None:
    assert await dataset.booked(**filters) == found


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, [2, 1, 0]),
        ({"ordering": "at"}, [0, 1, 2]),
        ({"action": "signed_in"}, [1]),
        ({"at_from": at(2)}, [2, 1]),
        ({"at_to": at(2)}, [0]),
        ({"search": requested("phone")}, [0]),
        ({"search": requested("role_changed")}, [0]),
        ({"search": requested("nobody@elsewhere.example")}, [2]),
        ({"search": requested("grace@navy.example")}, [1, 0]),
        ({"search": requested("zoe")}, [1]),
    ],
)
async def test_audit_entries_are_found_and_ordered(dataset: Dataset, filters: dict[str, Any], found: list[int]) -> None:
    assert await dataset.noted(**filters) == found


async def test_ids_work_as_filters_and_in_search(dataset: Dataset) -> None:
    first, second, third = (booking.id for booking in dataset.bookings)
    lists: dict[UUID, list[int]] = {first: [0], second: [1], third: [2], dataset.ada.id: [2, 0], dataset.lute.id: [2]}

    assert {each: await dataset.booked(search=each) for each in lists} == lists
    assert await dataset.booked(session=dataset.yoga.id) == [0]
    assert await dataset.booked(creator=dataset.grace.id) == [2, 1]
    assert await dataset.booked(learner=dataset.zoe.id, status="confirmed", session=dataset.chess.id) == [1]
    assert await dataset.users(search=dataset.zoe.id) == ["Zoë"]
    assert (
        await dataset.sessions(search=dataset.yoga.id)
        == await dataset.sessions(creator=dataset.ada.id)
        == ["Yoga at dawn"]
    )
    assert await dataset.sessions(search=dataset.grace.id) == ["Étude for lute", "chess"]
    assert await dataset.noted(search=dataset.grace.id) == [1, 0]
    assert await dataset.noted(actor=dataset.zoe.id) == await dataset.noted(search=dataset.entries[1].target_id) == [1]
    assert await dataset.noted(target=dataset.grace.id) == [0]


async def test_rows_include_display_fields(dataset: Dataset) -> None:
    lists = dataset.storage.lists
    (account,) = (await lists.users.page(ListedUserFilters(search=dataset.ada.id), 0, 1)).items
    session = (await lists.sessions.page(ListedSessionFilters(ordering="created_at"), 0, 1)).items[0]
    booking = (await lists.bookings.page(ListedBookingFilters(ordering="created_at"), 0, 1)).items[0]
    entry = (await lists.audit.page(ListedAuditFilters(action="signed_in"), 0, 1)).items[0]

    assert {name: getattr(dataset.ada, name) for name in account.__dataclass_fields__} == {
        name: getattr(account, name) for name in account.__dataclass_fields__
    }
    assert session.creator == _named(dataset.ada)
    assert (session.id, session.price, session.featured_at) == (
        dataset.yoga.id,
        Decimal("10.00"),
        dataset.yoga.featured_at,
    )
    assert booking.session == SessionName(id=dataset.yoga.id, title="Yoga at dawn")
    assert (booking.creator, booking.user) == (_named(dataset.ada), _named(dataset.zoe))
    assert (booking.amount, booking.starts_at, booking.seats) == (Decimal(30), at(3, TOMORROW), 1)
    assert (entry.actor_details, entry.as_details) == (public_user(dataset.zoe), public_user(dataset.grace))
    assert (entry.before, entry.after) == ({"is_active": False}, {"is_active": True})


def _named(user: User) -> PersonName:
    return PersonName(**{name: getattr(user, name) for name in PersonName.__dataclass_fields__})


async def test_pages_are_consecutive_and_page_beyond_the_last_is_empty(dataset: Dataset) -> None:
    pages = [
        await dataset.storage.lists.users.page(ListedUserFilters(ordering="email"), offset, 2) for offset in (0, 2, 4)
    ]

    assert [[row.first_name for row in page.items] for page in pages] == [["Ada", "Grace"], ["Zoë"], []]
    assert {page.total for page in pages} == {3}


async def test_ties_are_ordered_by_id_in_same_direction(dataset: Dataset) -> None:
    rising = [row.id for row in (await dataset.storage.lists.audit.page(ListedAuditFilters(ordering="at"), 0, 9)).items]
    equal = sorted([an_entry(at=at(9), target_kind=None, target_id=None) for _ in range(3)], key=lambda entry: entry.id)
    assert len(rising) == 3

    async with dataset.storage.unit_of_work() as tx:
        for entry in reversed(equal):
            await tx.audit.add(entry)
    span = {"at_from": at(9), "at_to": at(10)}
    up = (await dataset.storage.lists.audit.page(ListedAuditFilters(ordering="at", **span), 0, 9)).items  # type: ignore[arg-type]
    down = (await dataset.storage.lists.audit.page(ListedAuditFilters(ordering="-at", **span), 0, 9)).items  # type: ignore[arg-type]

    assert [row.id for row in up] == [entry.id for entry in equal] == [row.id for row in reversed(down)]


async def test_batches_have_every_row_once_in_the_lists_order(empty_storage: Storage) -> None:
    for number in range(1_203):
        async with empty_storage.unit_of_work() as tx:
            await tx.audit.add(an_entry(at=NOW + number * HOUR, reason=str(number)))

    batches = [batch async for batch in empty_storage.lists.audit.batches(ListedAuditFilters(ordering="at"))]

    assert [row.reason for batch in batches for row in batch] == [str(number) for number in range(1_203)]
    assert len(batches) > 1


async def test_batches_can_be_closed_early(dataset: Dataset) -> None:
    batches = dataset.storage.lists.users.batches(ListedUserFilters())
    first = await anext(batches)
    await batches.aclose()

    assert {row.first_name for row in first} <= {"Ada", "Grace", "Zoë"}


async def test_changed_row_is_found_by_its_new_words_only(storage: Storage) -> None:
    user = await stored_user(storage, first_name="Wilhelmina", last_name="Oldname")
    async with storage.unit_of_work() as tx:
        await tx.users.save(replace(user, last_name="Newname"))

    async def total(text: str) -> int:
        return (await storage.lists.users.page(ListedUserFilters(search=requested(text)), 0, 1)).total

    assert [await total(text) for text in ("oldname", "newname wilhelmina")] == [0, 1]
