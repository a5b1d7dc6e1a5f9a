from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from builders import (
    TOMORROW,
    Services,
    principal_of,
    seats_taken,
    slots_of,
    stored_booking,
    stored_session,
    stored_user,
)
from fakes import NOW
from marketplace.core.domain.catalog import CatalogFilters, price_bands
from marketplace.core.domain.pages import Page
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.sessions import Session
from marketplace.core.domain.slots import Slot
from marketplace.core.errors import CreatorUnavailable, HasUpcomingBookings, Invalid, NotACreator, NotFound, NotYours
from marketplace.core.ports.storage import Storage

FACTS: dict[str, Any] = {
    "title": "Morning yoga",
    "description": "Breathe in, breathe out.",
    "duration": 60,
    "price": Decimal("49.99"),
    "max_participants": 3,
    "image_url": None,
    "status": "active",
    "category": "fitness",
    "tags": ("calm",),
}


@pytest.fixture
async def owner(storage: Storage) -> Principal:
    return principal_of(await stored_user(storage, role="creator"))


@pytest.fixture
async def session(storage: Storage, owner: Principal) -> Session:
    return await stored_session(storage, creator_id=owner.user_id, max_participants=3)


@pytest.fixture
async def stranger(storage: Storage) -> Principal:
    return principal_of(await stored_user(storage, role="creator"))


async def test_creator_creates_session(services: Services, owner: Principal) -> None:
    created = (await services.sessions.create(owner, FACTS)).resource

    assert {name: getattr(created, name) for name in FACTS} == FACTS
    assert (created.creator_id, created.created_at, created.archived_at) == (owner.user_id, NOW, None)
    assert await services.sessions.get(created.id, None) == created


async def test_learner_cannot_create_session(services: Services, storage: Storage) -> None:
    learner = principal_of(await stored_user(storage))

    with pytest.raises(NotACreator):
        await services.sessions.create(learner, FACTS)
    with pytest.raises(NotACreator):
        await services.sessions.list_own(learner, 9, None)


@pytest.mark.parametrize(("category", "is_good"), [("music", True), (None, True), ("cooking", False), ("", False)])
async def test_category_must_be_configured(
    services: Services, owner: Principal, session: Session, category: str | None, *, is_good: bool
) -> None:
    changes = {"category": category}
    if is_good:
        assert services.sessions.validate(changes) == {}
        assert (await services.sessions.change(owner, session.id, changes)).category == category
    else:
        with pytest.raises(Invalid):
            await services.sessions.change(owner, session.id, changes)
        with pytest.raises(Invalid):
            await services.sessions.create(owner, FACTS | changes)


async def test_inactive_session_is_found_by_its_creator_only(
    services: Services, owner: Principal, stranger: Principal, session: Session
) -> None:
    await services.sessions.change(owner, session.id, {"status": "inactive"})

    assert (await services.sessions.get(session.id, owner)).status == "inactive"
    for principal in (None, stranger):
        with pytest.raises(NotFound):
            await services.sessions.get(session.id, principal)


async def test_only_creator_can_change_or_archive_session(
    services: Services, stranger: Principal, session: Session
) -> None:
    with pytest.raises(NotYours):
        await services.sessions.change(stranger, session.id, {"title": "Mine"})
    with pytest.raises(NotYours):
        await services.sessions.archive(stranger, session.id)

    assert (await services.sessions.get(session.id, None)).title == session.title


async def test_upcoming_slots_are_resized_and_past_ones_are_not(
    services: Services, storage: Storage, owner: Principal, session: Session
) -> None:
    later = TOMORROW + timedelta(days=1)
    await stored_booking(storage, session)
    await stored_booking(storage, session, starts_at=later)
    services.clock.at = TOMORROW

    changed = await services.sessions.change(owner, session.id, {"duration": 90, "max_participants": 1})

    assert await slots_of(storage, session) == (Slot.of(session, TOMORROW, 1), Slot.of(changed, later, 1))


async def test_capacity_change_below_sold_seats_is_refused_and_changes_nothing(
    services: Services, storage: Storage, owner: Principal, session: Session
) -> None:
    await stored_booking(storage, session, seats=2)

    with pytest.raises(HasUpcomingBookings):
        await services.sessions.change(owner, session.id, {"max_participants": 1, "title": "Changed"})

    assert (await services.sessions.get(session.id, None)).title == session.title
    assert await slots_of(storage, session) == (Slot.of(session, TOMORROW, 2),)


async def test_session_duration_cannot_grow_into_next_booked_slot(
    services: Services, storage: Storage, owner: Principal, session: Session
) -> None:
    other = await stored_session(storage, creator_id=owner.user_id)
    await stored_booking(storage, session)
    await stored_booking(storage, other, starts_at=TOMORROW + timedelta(minutes=session.duration))

    with pytest.raises(CreatorUnavailable):
        await services.sessions.change(owner, session.id, {"duration": session.duration + 1})


async def test_session_with_upcoming_booking_cannot_be_archived(
    services: Services, storage: Storage, owner: Principal, session: Session
) -> None:
    booking = await stored_booking(storage, session)

    with pytest.raises(HasUpcomingBookings):
        await services.sessions.archive(owner, session.id)

    services.clock.at = booking.starts_at
    await services.sessions.archive(owner, session.id)
    with pytest.raises(NotFound):
        await services.sessions.get(session.id, owner)


async def test_archived_session_is_not_found_and_its_bookings_stay(
    services: Services, storage: Storage, owner: Principal, session: Session
) -> None:
    learner = await stored_user(storage)
    booking = (await services.bookings.book(principal_of(learner), session.id, TOMORROW)).resource
    await services.bookings.act(principal_of(learner), booking.id, "cancel")

    await services.sessions.archive(owner, session.id)

    assert (await services.sessions.list_own(owner, 9, None)).items == ()
    assert await seats_taken(storage, session) == 0
    kept = await services.bookings.get(principal_of(learner), booking.id)
    assert kept.session_details.title == session.title
    for attempt in (services.sessions.archive(owner, session.id), services.sessions.change(owner, session.id, {})):
        with pytest.raises(NotFound):
            await attempt


async def test_contradictory_bounds_find_nothing(services: Services, storage: Storage) -> None:
    await stored_session(storage)
    for filters in (
        CatalogFilters(min_price=Decimal("10.01"), max_price=Decimal("10.00")),
        CatalogFilters(min_duration=61, max_duration=60),
    ):
        assert await services.sessions.list(filters, 20, None) == Page((), None)
        counted = await services.sessions.facets(filters)
        assert (counted.categories, counted.tags) == ((), ())
        assert [band.count for band in counted.price_bands] == [0] * len(price_bands())
