from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from builders import TOMORROW, Services, principal_of, seats_taken, stored_session, stored_user
from fakes import NOW
from marketplace.core.domain.principals import Principal
from marketplace.core.domain.sessions import Session
from marketplace.core.errors import (
    AlreadyBooked,
    IllegalTransition,
    Invalid,
    NotACreator,
    NotFound,
    OwnSession,
    SoldOut,
    TooLate,
)
from marketplace.core.ports.storage import Storage


@pytest.fixture
async def session(storage: Storage) -> Session:
    return await stored_session(storage, max_participants=3, price=Decimal("49.99"))


@pytest.fixture
async def learner(storage: Storage) -> Principal:
    return principal_of(await stored_user(storage))


@pytest.fixture
async def creator(storage: Storage, session: Session) -> Principal:
    return principal_of(await storage.users.get(session.creator_id))


async def test_both_parties_find_booking_as_created(
    services: Services, session: Session, learner: Principal, creator: Principal
) -> None:
    booked = (await services.bookings.book(learner, session.id, TOMORROW, seats=2)).resource

    assert (booked.amount, booked.status, booked.ends_at) == (
        Decimal("99.98"),
        "confirmed",
        TOMORROW + timedelta(minutes=session.duration),
    )
    assert (await services.bookings.list_own(learner, 9, None)).items == (booked,)
    assert (await services.bookings.list_of_creator(creator, 9, None)).items == (booked,)
    found = await services.bookings.get(learner, booked.id)
    assert found == await services.bookings.get(creator, booked.id)
    assert [(step.actor_id, step.to_status) for step in found.history] == [(learner.user_id, "confirmed")]


async def test_booking_is_hidden_from_unrelated_users(
    services: Services, storage: Storage, session: Session, learner: Principal
) -> None:
    booked = (await services.bookings.book(learner, session.id, TOMORROW)).resource
    stranger = principal_of(await stored_user(storage, role="creator"))

    for attempt in (services.bookings.get(stranger, booked.id), services.bookings.act(stranger, booked.id, "cancel")):
        with pytest.raises(NotFound):
            await attempt
    assert (await services.bookings.list_of_creator(stranger, 9, None)).items == ()


async def test_learner_cannot_list_creator_bookings(services: Services, learner: Principal) -> None:
    with pytest.raises(NotACreator):
        await services.bookings.list_of_creator(learner, 9, None)


@pytest.mark.parametrize("starts_at", [NOW, TOMORROW.replace(year=2200)])
async def test_past_or_too_distant_start_is_invalid(
    services: Services, session: Session, learner: Principal, starts_at: datetime
) -> None:
    assert list(services.bookings.validate({"booking_date": starts_at})) == ["booking_date"]
    with pytest.raises(Invalid):
        await services.bookings.book(learner, session.id, starts_at)


def test_validation_without_start_returns_no_errors(services: Services) -> None:
    assert services.bookings.validate({}) == {}
    assert services.bookings.validate({"booking_date": TOMORROW}) == {}


async def test_refused_booking_takes_no_seat(
    services: Services, storage: Storage, session: Session, learner: Principal, creator: Principal
) -> None:
    await services.bookings.book(learner, session.id, TOMORROW)

    with pytest.raises(AlreadyBooked):
        await services.bookings.book(learner, session.id, TOMORROW)
    with pytest.raises(OwnSession):
        await services.bookings.book(creator, session.id, TOMORROW)
    with pytest.raises(SoldOut):
        await services.bookings.book(principal_of(await stored_user(storage)), session.id, TOMORROW, seats=3)
    with pytest.raises(NotFound):
        await services.bookings.book(learner, uuid4(), TOMORROW)
    assert await seats_taken(storage, session) == 1


async def test_cancelled_booking_keeps_history_and_releases_seats(
    services: Services, storage: Storage, session: Session, learner: Principal, creator: Principal
) -> None:
    booked = (await services.bookings.book(learner, session.id, TOMORROW, seats=3)).resource
    services.clock.advance(timedelta(hours=1))

    cancelled = (await services.bookings.act(creator, booked.id, "cancel")).resource

    assert cancelled.status == "cancelled"
    assert [(step.at, step.actor_id, step.from_status, step.to_status) for step in cancelled.history] == [
        (NOW, learner.user_id, None, "confirmed"),
        (NOW + timedelta(hours=1), creator.user_id, "confirmed", "cancelled"),
    ]
    assert await seats_taken(storage, session) == 0
    assert (await services.bookings.book(learner, session.id, TOMORROW)).resource.id != booked.id


async def test_a_booking_is_cancelled_once_and_before_its_start(
    services: Services, storage: Storage, session: Session, learner: Principal
) -> None:
    booked = (await services.bookings.book(learner, session.id, TOMORROW)).resource
    later = (await services.bookings.book(learner, session.id, TOMORROW + timedelta(days=1))).resource
    await services.bookings.act(learner, booked.id, "cancel")

    with pytest.raises(IllegalTransition):
        await services.bookings.act(learner, booked.id, "cancel")
    services.clock.at = later.starts_at
    with pytest.raises(TooLate):
        await services.bookings.act(learner, later.id, "cancel")
    assert await seats_taken(storage, session) == 1


async def test_price_change_leaves_existing_bookings_unchanged(
    services: Services, storage: Storage, session: Session, learner: Principal
) -> None:
    booked = (await services.bookings.book(learner, session.id, TOMORROW)).resource
    async with storage.unit_of_work() as tx:
        await tx.sessions.save(replace(session, price=Decimal("1.00")))

    assert (await services.bookings.get(learner, booked.id)).amount == Decimal("49.99")
