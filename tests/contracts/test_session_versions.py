"""Versions of sessions: a page of them is that of the list, and one changes whenever its session is shown otherwise."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from uuid_utils.compat import uuid7

from builders import TOMORROW, Services, a_schedule, principal_of, services_over, stored_session, stored_user
from fakes import NOW
from marketplace.core.domain.catalog import CatalogFilters, SessionVersion
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.sessions import Session
from marketplace.core.ports.storage import Storage
from staff_services import staff_over

DAY = timedelta(days=1)


@pytest.fixture
def services(storage: Storage) -> Services:
    return services_over(storage)


async def version(storage: Storage, session: Session) -> SessionVersion:
    [(found, _)] = await storage.catalog.read([session.id], NOW)
    return found


async def owner(storage: Storage) -> Principal:
    return principal_of(await stored_user(storage, role="creator"))


@pytest.mark.parametrize(
    "changes",
    [
        {"ordering": "-created_at"},
        {"ordering": "price"},
        {"ordering": "-title"},
        {"ordering": "duration"},
        {"ordering": "-featured_at", "featured": True},
        {"ordering": "relevance", "words": ("zither",)},
        {"ordering": "price", "available_from": TOMORROW, "available_to": TOMORROW + DAY},
        {"ordering": "relevance", "words": ("zither",), "available_from": TOMORROW},
    ],
)
async def test_page_has_the_sessions_of_the_list(storage: Storage, services: Services, changes: dict[str, Any]) -> None:
    creator = await owner(storage)
    for number in range(5):
        session = await stored_session(
            storage, creator_id=creator.user_id, title=f"Zither {number}", price=number, featured_at=NOW
        )
        if number % 2:
            await services.schedules.replace(creator, session.id, a_schedule())
    filters = replace(CatalogFilters(creator=creator.user_id, ordering="-created_at"), **changes)
    after, pages = None, 0
    while True:
        listed = await storage.catalog.list(filters, 2, after, NOW)
        page = await storage.catalog.page(filters, 2, after, NOW)
        assert [each.id for each in page.items] == [each.id for each in listed.items]
        assert [each.is_open for each in page.items] == [each.is_open for each in listed.items]
        assert page.next == listed.next
        ids = [each.id for each in page.items]
        read = {each.id: (each, session) for each, session in await storage.catalog.read(ids, NOW)}
        assert [read[each] for each in ids] == list(zip(page.items, listed.items, strict=True))
        slots = {each.id: (each, slot) for each, slot in await storage.catalog.next_slots(ids, NOW)}
        assert slots == {key: (each, session.next_slot) for key, (each, session) in read.items()}
        after, pages = page.next, pages + 1
        if after is None:
            break
    assert pages >= 3


async def test_unknown_session_is_left_out(storage: Storage) -> None:
    assert await storage.catalog.read([uuid7()], NOW) == []
    assert await storage.catalog.next_slots([uuid7()], NOW) == []


async def test_version_changes_with_session_schedule_and_creator(storage: Storage, services: Services) -> None:
    creator, admin = await owner(storage), principal_of(await stored_user(storage, is_staff=True))
    session, staff = await stored_session(storage, creator_id=creator.user_id), staff_over(services)
    changes: list[Callable[[], Awaitable[object]]] = [
        lambda: services.sessions.change(creator, session.id, {"title": "Evening yoga"}),
        lambda: services.schedules.replace(creator, session.id, a_schedule()),
        lambda: services.schedules.replace(creator, session.id, a_schedule(time_zone="Asia/Tokyo")),
        lambda: services.schedules.replace(creator, session.id, None),
        lambda: services.users.change_profile(creator, {"first_name": "Augusta"}),
        lambda: services.users.change_profile(creator, {"time_zone": "Asia/Tokyo"}),
        lambda: staff.sessions.feature(admin, session.id, "It is good."),
        lambda: staff.sessions.hide(admin, session.id, "It is not."),
        lambda: services.users.set_active(creator.user_id, is_active=False),
        lambda: services.sessions.archive(admin, session.id, "It is over."),
    ]
    for change in changes:
        before = await version(storage, session)
        await change()
        assert await version(storage, session) != before


async def test_version_stays_with_bookings_and_locks(storage: Storage, services: Services) -> None:
    creator = await owner(storage)
    session = await stored_session(storage, creator_id=creator.user_id)
    await services.schedules.replace(creator, session.id, a_schedule())
    before = await version(storage, session)
    learner = principal_of(await stored_user(storage))

    booking = (await services.bookings.book(learner, session.id, TOMORROW, 1)).resource
    async with storage.unit_of_work() as tx:
        await tx.sessions.acquire(session.id)
        await tx.users.acquire(creator.user_id)
        assert await version(storage, session) == before
    await services.bookings.act(learner, booking.id, "cancel")

    assert await version(storage, session) == before
