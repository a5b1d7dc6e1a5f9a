"""Favourites: sessions that people keep."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest

from builders import Services, principal_of, services_over, stored_booking, stored_session, stored_user
from contracts.harness import at_once
from fakes import NOW
from marketplace.core.domain.favourites import Favourite
from marketplace.core.domain.sessions import Session
from marketplace.core.domain.users import User
from marketplace.core.errors import NotFound, TooManyFavourites
from marketplace.core.ports.storage import Storage

MINUTE = timedelta(minutes=1)
MANY = 100


@pytest.fixture
def services(storage: Storage) -> Services:
    return services_over(storage)


async def keep(storage: Storage, user: User, session: Session, at: datetime = NOW, maximum: int = MANY) -> None:
    async with storage.unit_of_work() as tx:
        await tx.favourites.add(Favourite(user_id=user.id, session_id=session.id, created_at=at), maximum)


async def listed(storage: Storage, user: User, limit: int = 20) -> list[list[UUID]]:
    """Return the IDs of every page."""
    pages, after = [], None
    while True:
        page = await storage.favourites.of_user(user.id, limit, after, NOW)
        pages.append([each.id for each in page.items])
        after = page.next
        if after is None:
            return pages


async def test_sessions_are_listed_in_the_order_in_which_they_were_kept_last_first(storage: Storage) -> None:
    user, other = await stored_user(storage), await stored_user(storage)
    sessions = [await stored_session(storage) for _ in range(5)]
    for number, session in enumerate(sessions):
        await keep(storage, user, session, NOW + number // 2 * MINUTE)
    await keep(storage, other, sessions[0])

    newest = sorted(range(5), key=lambda number: (number // 2, sessions[number].id), reverse=True)
    expected = [sessions[number].id for number in newest]
    assert await storage.favourites.ids(user.id) == tuple(expected)
    assert await listed(storage, user) == [expected]
    assert await listed(storage, user, limit=2) == [expected[:2], expected[2:4], expected[4:]]
    assert await listed(storage, other) == [[sessions[0].id]]


async def test_keeping_again_changes_nothing(storage: Storage) -> None:
    user = await stored_user(storage)
    first, second = [await stored_session(storage) for _ in range(2)]
    await keep(storage, user, first)
    await keep(storage, user, second, NOW + MINUTE)
    await keep(storage, user, first, NOW + 2 * MINUTE, maximum=2)

    assert await storage.favourites.ids(user.id) == (second.id, first.id)


async def test_page_shows_sessions_as_the_catalog_does(storage: Storage) -> None:
    user, session = await stored_user(storage), await stored_session(storage)
    await keep(storage, user, session)

    page = await storage.favourites.of_user(user.id, 20, None, NOW)

    assert page.items == (await storage.catalog.find(session.id, NOW),)


async def test_sessions_that_are_not_listed_are_left_out_and_return(storage: Storage) -> None:
    user, inactive_creator = await stored_user(storage), await stored_user(storage, role="creator", is_active=False)
    shown = await stored_session(storage)
    unlisted = [
        await stored_session(storage, status="inactive"),
        await stored_session(storage, hidden_at=NOW, hidden_reason="Spam."),
        await stored_session(storage, archived_at=NOW),
        await stored_session(storage, creator_id=inactive_creator.id),
    ]
    for session in (shown, *unlisted):
        await keep(storage, user, session)
    assert await listed(storage, user, limit=1) == [[shown.id]]

    services = services_over(storage)
    owner = await storage.users.get(unlisted[0].creator_id)
    await services.sessions.change(principal_of(owner), unlisted[0].id, {"status": "active"})
    assert {each for page in await listed(storage, user) for each in page} == {shown.id, unlisted[0].id}


async def test_one_more_than_the_maximum_is_refused_also_at_once(storage: Storage) -> None:
    user = await stored_user(storage)
    sessions = [await stored_session(storage) for _ in range(6)]
    await keep(storage, user, sessions[0], maximum=3)

    outcome = await at_once(keep(storage, user, session, maximum=3) for session in sessions[1:])

    assert outcome.reasons() == {"TooManyFavourites": 3}
    assert len(await storage.favourites.ids(user.id)) == 3
    with pytest.raises(TooManyFavourites):
        await keep(storage, user, await stored_session(storage), maximum=3)


async def test_archived_session_makes_room_for_another(storage: Storage) -> None:
    user = await stored_user(storage)
    archived, other = await stored_session(storage, archived_at=NOW), await stored_session(storage)
    await keep(storage, user, archived, maximum=1)

    await keep(storage, user, other, maximum=1)

    assert await storage.favourites.ids(user.id) == (other.id,)


async def test_session_that_is_kept_twice_at_once_is_kept_once(storage: Storage) -> None:
    user, session = await stored_user(storage), await stored_session(storage)

    outcome = await at_once(keep(storage, user, session) for _ in range(4))

    assert len(outcome.done) == 4
    assert await storage.favourites.ids(user.id) == (session.id,)


async def test_removing_says_whether_it_was_kept(storage: Storage) -> None:
    user, session = await stored_user(storage), await stored_session(storage)
    await keep(storage, user, session)

    for expected in (True, False):
        async with storage.unit_of_work() as tx:
            assert await tx.favourites.remove(user.id, session.id) is expected
    assert await storage.favourites.ids(user.id) == ()


async def test_learner_keeps_only_what_they_can_see(storage: Storage, services: Services) -> None:
    learner = await stored_user(storage)
    principal = principal_of(learner)
    inactive = await stored_session(storage, status="inactive")
    archived = await stored_session(storage, archived_at=NOW)
    for session_id in (uuid4(), inactive.id, archived.id):
        with pytest.raises(NotFound):
            await services.favourites.add(principal, session_id)
        with pytest.raises(NotFound):
            await services.favourites.remove(principal, session_id)

    booked = await stored_session(storage, status="inactive")
    await stored_booking(storage, booked, learner.id)
    await services.favourites.add(principal, booked.id)
    assert await services.favourites.ids(principal) == (booked.id,)
    assert (await services.favourites.list_own(principal, 20, None)).items == ()


async def test_session_that_is_no_longer_visible_can_be_removed(storage: Storage, services: Services) -> None:
    principal, session = principal_of(await stored_user(storage)), await stored_session(storage)
    await services.favourites.add(principal, session.id)
    owner = principal_of(await storage.users.get(session.creator_id))
    await services.sessions.archive(owner, session.id)
    assert (await services.favourites.list_own(principal, 20, None)).items == ()

    await services.favourites.remove(principal, session.id)

    assert await services.favourites.ids(principal) == ()
