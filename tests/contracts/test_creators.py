"""The public pages of creators."""

from datetime import timedelta

import pytest

from builders import TOMORROW, Services, as_a, principal_of, services_over, stored_booking, stored_session, stored_user
from fakes import NOW
from marketplace.core.domain.creators import Creator
from marketplace.core.domain.users import PublicUser, User, public_user
from marketplace.core.errors import NotFound
from marketplace.core.ports.storage import Storage

HOUR = timedelta(hours=1)


@pytest.fixture
def services(storage: Storage) -> Services:
    return services_over(storage)


async def found(storage: Storage, creator: User) -> Creator:
    page = await storage.creators.find(creator.username)
    assert page is not None
    return page


@pytest.mark.parametrize("username", ["\0", "ada\0", "\ufffd", ""])
async def test_name_that_no_account_can_have_finds_no_creator(storage: Storage, username: str) -> None:
    assert await storage.creators.find(username) is None


async def test_creator_is_found_by_username_in_any_case(storage: Storage) -> None:
    languages = ("it", "pt-BR")
    creator = await stored_user(
        storage, role="creator", username="Ada.Lovelace+1", bio="I teach\n\nnumbers.", languages=languages
    )

    for username in ("Ada.Lovelace+1", "ada.lovelace+1", "ADA.LOVELACE+1"):
        page = await storage.creators.find(username)
        assert page is not None
        assert as_a(PublicUser, page) == public_user(creator)
        assert (page.bio, page.languages, page.date_joined) == ("I teach\n\nnumbers.", languages, NOW)
        assert (page.people_taught, page.is_bounded) == (0, False)


async def test_learners_inactive_accounts_and_unknown_names_have_no_page(storage: Storage, services: Services) -> None:
    learner, inactive = await stored_user(storage), await stored_user(storage, role="creator", is_active=False)

    for username in (learner.username, inactive.username, "no.such.creator", "", "..", "a" * 200):
        assert await storage.creators.find(username) is None, username
        with pytest.raises(NotFound):
            await services.creators.get(username)


async def test_people_are_counted_once_whatever_they_booked(storage: Storage) -> None:
    creator = await stored_user(storage, role="creator")
    session = await stored_session(storage, creator_id=creator.id, max_participants=5)
    other = await stored_session(storage, creator_id=creator.id)
    one, two = await stored_user(storage), await stored_user(storage)
    await stored_booking(storage, session, one.id, seats=3, status="completed")
    await stored_booking(storage, session, one.id, starts_at=TOMORROW + HOUR, status="completed")
    await stored_booking(storage, other, one.id, starts_at=TOMORROW + 3 * HOUR, status="completed")
    assert (await found(storage, creator)).people_taught == 1

    await stored_booking(storage, session, two.id, status="completed")
    assert (await found(storage, creator)).people_taught == 2


async def test_only_completed_bookings_of_ones_own_sessions_count(storage: Storage) -> None:
    creator, other = await stored_user(storage, role="creator"), await stored_user(storage, role="creator")
    session = await stored_session(storage, creator_id=creator.id, max_participants=5)
    for status in ("pending", "confirmed", "cancelled"):
        await stored_booking(storage, session, status=status)
    of_other = await stored_session(storage, creator_id=other.id)
    await stored_booking(storage, of_other, creator.id, status="completed")

    assert (await found(storage, creator)).people_taught == 0
    assert (await found(storage, other)).people_taught == 1


async def test_people_count_as_soon_as_their_booking_is_completed_and_after_the_session_is_archived(
    storage: Storage, services: Services
) -> None:
    creator = await stored_user(storage, role="creator")
    session = await stored_session(storage, creator_id=creator.id, duration=60)
    booking = await stored_booking(storage, session)
    services.clock.at = TOMORROW + HOUR
    await services.bookings.settle_due(booking.id)
    assert (await found(storage, creator)).people_taught == 1

    await services.sessions.archive(principal_of(creator), session.id)
    assert (await found(storage, creator)).people_taught == 1
