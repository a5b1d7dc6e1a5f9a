"""Hidden and featured sessions in the lists and searches of every adapter."""

from dataclasses import replace
from datetime import timedelta
from secrets import token_hex

from builders import TOMORROW, as_a, stored_booking, stored_session, stored_user
from fakes import NOW
from marketplace.core.domain.availability import CatalogSession
from marketplace.core.domain.catalog import CatalogFilters
from marketplace.core.domain.pages import Page
from marketplace.core.domain.sessions import Session, SessionDetails
from marketplace.core.ports.storage import Storage


async def save(storage: Storage, session: Session) -> Session:
    async with storage.unit_of_work() as tx:
        await tx.sessions.save(session)
    return session


async def hidden(storage: Storage, session: Session) -> Session:
    return await save(storage, replace(session, hidden_at=NOW, hidden_reason="A hoax."))


def ids(page: Page[CatalogSession]) -> list[object]:
    return [session.id for session in page.items]


async def test_moderation_is_stored_with_session(storage: Storage) -> None:
    session = await hidden(storage, await stored_session(storage, featured_at=NOW))

    found = await storage.catalog.find(session.id, NOW)

    assert found is not None
    assert as_a(Session, found) == session
    async with storage.unit_of_work() as tx:
        assert await tx.sessions.find(session.id) == as_a(SessionDetails, found)
        assert await tx.sessions.acquire(session.id) == as_a(SessionDetails, found)


async def test_hidden_session_is_listed_only_for_its_creator(storage: Storage) -> None:
    creator, word = await stored_user(storage, role="creator"), token_hex(6)
    changes = {"creator_id": creator.id, "category": "music", "tags": (word,), "featured_at": NOW}
    shown = await stored_session(storage, title=f"One {word}", **changes)
    await hidden(storage, await stored_session(storage, title=f"Two {word}", **changes))

    for filters in (
        CatalogFilters(creator=creator.id),
        CatalogFilters(creator=creator.id, category="music", ordering="price"),
        CatalogFilters(tag=word, ordering="title"),
        CatalogFilters(words=(word,)),
        CatalogFilters(words=(word,), ordering="relevance"),
        CatalogFilters(creator=creator.id, featured=True, ordering="-featured_at"),
    ):
        assert ids(await storage.catalog.list(filters, 9, None, NOW)) == [shown.id], filters
    facets = await storage.catalog.facets(CatalogFilters(tag=word), NOW)
    assert [count.count for count in facets.categories] == [1]
    assert len(ids(await storage.catalog.of_creator(creator.id, 9, None, NOW))) == 2


async def test_words_of_always_hidden_session_are_not_in_search_index(storage: Storage) -> None:
    known, unknown = f"aa{token_hex(4)}", f"bb{token_hex(4)}"
    session = await stored_session(storage, title=known)
    await stored_session(storage, title=unknown, hidden_at=NOW, hidden_reason="A hoax.")
    misspelt = CatalogFilters(words=(f"{known[:3]}{known[4:]}",))

    assert ids(await storage.catalog.list(misspelt, 9, None, NOW)) == [session.id]
    assert ids(await storage.catalog.list(CatalogFilters(words=(f"{unknown[:3]}{unknown[4:]}",)), 9, None, NOW)) == []


async def test_a_restored_session_is_found_as_before(storage: Storage) -> None:
    word = token_hex(6)
    session = await stored_session(storage, title=f"Yoga {word}")
    await hidden(storage, session)
    await save(storage, session)

    assert ids(await storage.catalog.list(CatalogFilters(words=(word,)), 9, None, NOW)) == [session.id]


async def test_featured_sessions_are_listed_last_featured_first_page_by_page(empty_storage: Storage) -> None:
    storage = empty_storage
    await stored_session(storage)
    first, second, third = [
        await stored_session(storage, featured_at=NOW + timedelta(hours=hours), created_at=NOW - timedelta(days=hours))
        for hours in (0, 1, 2)
    ]
    await stored_session(storage, featured_at=NOW, status="inactive")
    await stored_session(storage, featured_at=NOW, archived_at=NOW)
    newest_first = CatalogFilters(featured=True, ordering="-featured_at")

    page = await storage.catalog.list(newest_first, 2, None, NOW)
    rest = await storage.catalog.list(newest_first, 2, page.next, NOW)

    assert (ids(page), ids(rest), rest.next) == ([third.id, second.id], [first.id], None)
    oldest_first = CatalogFilters(featured=True, ordering="featured_at")
    page = await storage.catalog.list(oldest_first, 1, None, NOW)
    assert ids(page) == [first.id]
    assert ids(await storage.catalog.list(oldest_first, 9, page.next, NOW)) == [second.id, third.id]
    assert ids(await storage.catalog.list(CatalogFilters(featured=True), 9, None, NOW)) == [
        first.id,
        second.id,
        third.id,
    ]


async def test_quote_of_hidden_session_is_marked_hidden_and_bookings_stay(storage: Storage) -> None:
    session = await stored_session(storage)
    booking = await stored_booking(storage, session)
    buyer = await stored_user(storage)
    await hidden(storage, session)

    async with storage.unit_of_work() as tx:
        quote = await tx.slots.acquire_quote(session.id, TOMORROW, buyer.id)
    found = await storage.booking_lists.find(booking.id)

    assert not quote.session.is_listed()
    assert found is not None
    assert (found.status, found.session_details.hidden_reason) == ("confirmed", "A hoax.")
