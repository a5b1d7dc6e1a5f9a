from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any, get_args
from uuid import UUID

import pytest
import pytest_asyncio

from builders import a_session, stored_session, stored_user
from fakes import NOW
from marketplace.core.domain.catalog import CatalogFilters, Ordering, TagCount, price_bands
from marketplace.core.domain.sessions import Session
from marketplace.core.ports.storage import Storage


@pytest_asyncio.fixture(loop_scope="module")
async def creator_id(storage: Storage) -> UUID:
    """Return a creator whose sessions a test lists, apart from those of other tests."""
    return (await stored_user(storage, role="creator")).id


async def listed(storage: Storage, *, limit: int = 100, **filters: Any) -> list[UUID]:
    """Return all pages of a list."""
    found: list[UUID] = []
    after: str | None = None
    while True:
        page = await storage.catalog.list(CatalogFilters(**filters), limit, after, NOW)
        assert len(page.items) <= limit
        found += [session.id for session in page.items]
        after = page.next
        if after is None:
            return found


async def stored(storage: Storage, creator_id: UUID, changes: Sequence[dict[str, Any]]) -> list[Session]:
    sessions = [a_session(creator_id=creator_id, **each) for each in changes]
    async with storage.unit_of_work() as tx:
        for session in sessions:
            await tx.sessions.add(session)
    return sessions


def by_id(sessions: Sequence[Session], places: str) -> list[UUID]:
    return [sessions[int(place)].id for place in places.split()]


async def test_only_active_sessions_of_active_creators_are_listed(storage: Storage, creator_id: UUID) -> None:
    shown, *_ = await stored(storage, creator_id, [{}, {"status": "inactive"}, {"archived_at": NOW}])
    gone = await stored_user(storage, role="creator", is_active=False)
    await stored_session(storage, creator_id=gone.id)

    assert await listed(storage, creator=creator_id) == [shown.id]
    assert await listed(storage, creator=gone.id) == []


async def test_list_shows_sessions_as_find_does(storage: Storage, creator_id: UUID) -> None:
    (session,) = await stored(storage, creator_id, [{"tags": ("a", "b"), "category": "music"}])

    page = await storage.catalog.list(CatalogFilters(creator=creator_id), 1, None, NOW)

    assert page.items == (await storage.catalog.find(session.id, NOW),)
    assert page.next is None


MIXED: list[dict[str, Any]] = [
    {"title": "b", "price": Decimal("2.00"), "duration": 30, "created_at": NOW, "featured_at": NOW},
    {
        "title": "A",
        "price": Decimal("10.00"),
        "duration": 5,
        "created_at": NOW - timedelta(hours=1),
        "featured_at": NOW + timedelta(hours=2),
    },
    {
        "title": "Ä c",
        "price": Decimal("2.00"),
        "duration": 30,
        "created_at": NOW - timedelta(hours=2),
        "featured_at": NOW,
    },
    {
        "title": "a",
        "price": Decimal("0.00"),
        "duration": 100,
        "created_at": NOW,
        "featured_at": NOW + timedelta(hours=1),
    },
]


@pytest.mark.parametrize("limit", [1, 3, 4])
@pytest.mark.parametrize(
    ("ordering", "places"),
    [
        ("-created_at", "3 0 1 2"),
        ("created_at", "2 1 0 3"),
        ("price", "3 0 2 1"),
        ("-price", "1 2 0 3"),
        ("duration", "1 0 2 3"),
        ("-duration", "3 2 0 1"),
        ("title", "1 3 2 0"),
        ("-title", "0 2 3 1"),
        ("featured_at", "0 2 3 1"),
        ("-featured_at", "1 3 2 0"),
        ("relevance", "3 0 1 2"),
        ("next_slot", "3 2 1 0"),
    ],
)
async def test_list_is_in_requested_order_with_ties_in_same_direction(
    storage: Storage, creator_id: UUID, ordering: Ordering, places: str, limit: int
) -> None:
    sessions = await stored(storage, creator_id, MIXED)

    assert await listed(storage, limit=limit, creator=creator_id, ordering=ordering) == by_id(sessions, places)


@pytest.mark.parametrize("ordering", get_args(Ordering))
async def test_a_session_added_between_two_pages_neither_repeats_nor_hides_one(
    storage: Storage, creator_id: UUID, ordering: Ordering
) -> None:
    sessions = await stored(storage, creator_id, MIXED)
    filters = CatalogFilters(creator=creator_id, ordering=ordering)
    first = await storage.catalog.list(filters, 2, None, NOW)
    added = await stored(
        storage,
        creator_id,
        [
            {"title": "0", "price": Decimal(0), "duration": 1, "created_at": NOW - timedelta(days=1)},
            {"title": "z", "price": Decimal(99), "duration": 999, "created_at": NOW + timedelta(days=1)},
        ],
    )
    second = await storage.catalog.list(filters, 10, first.next, NOW)

    seen = [session.id for session in (*first.items, *second.items)]
    assert len(seen) == len(set(seen))
    assert {session.id for session in sessions} <= set(seen)
    assert set(seen) <= {session.id for session in (*sessions, *added)}


@pytest.mark.parametrize(
    ("filters", "places"),
    [
        ({"min_price": Decimal("25.00")}, "3 2 1"),
        ({"max_price": Decimal("25.00")}, "1 0"),
        ({"min_price": Decimal("25.01"), "max_price": Decimal("99.99")}, "2"),
        ({"min_duration": 60}, "3 2"),
        ({"max_duration": 60}, "2 1 0"),
        ({"category": "music"}, "2 0"),
        ({"category": "nothing"}, ""),
        ({"tag": "calm"}, "3 1"),
        ({"tag": "cal"}, ""),
        ({"tag": "calm", "category": "fitness", "min_price": Decimal(1)}, "1"),
    ],
)
async def test_every_filter_must_pass_and_bounds_are_inclusive(
    storage: Storage, creator_id: UUID, filters: dict[str, Any], places: str
) -> None:
    changes: list[dict[str, Any]] = [
        {"price": Decimal("24.99"), "duration": 30, "category": "music"},
        {"price": Decimal("25.00"), "duration": 45, "category": "fitness", "tags": ("calm", "warm")},
        {"price": Decimal("99.99"), "duration": 60, "category": "music", "tags": ("warm",)},
        {"price": Decimal("100.00"), "duration": 61, "tags": ("calm",)},
    ]
    sessions = await stored(storage, creator_id, changes)

    assert await listed(storage, creator=creator_id, **filters) == by_id(sessions, places)


async def test_tag_within_a_category_lists_and_counts_only_sessions_with_both(
    storage: Storage, creator_id: UUID
) -> None:
    async def one(**changes: Any) -> UUID:
        return (await stored_session(storage, creator_id=creator_id, **changes)).id

    both = await one(category="music", tags=("lute", "harp"))
    await one(category="music", tags=("harp",))
    await one(category="art", tags=("lute",))
    await one(category=None, tags=("lute", "category music"))
    await one(category="music", tags=("lute",), status="inactive")

    async def found(tag: str, category: str) -> tuple[list[UUID], int]:
        filters = CatalogFilters(creator=creator_id, tag=tag, category=category)
        page = await storage.catalog.list(filters, 9, None, NOW)
        facets = await storage.catalog.facets(filters, NOW)
        return [session.id for session in page.items], sum(band.count for band in facets.price_bands)

    assert await found("lute", "music") == ([both], 1)
    assert await found("harp", "art") == ([], 0)


async def test_facets_count_what_the_same_filters_list(storage: Storage, creator_id: UUID) -> None:
    await stored(
        storage,
        creator_id,
        [
            {"price": Decimal("24.99"), "category": "music", "tags": ("b", "a")},
            {"price": Decimal("25.00"), "category": "music", "tags": ("b",)},
            {"price": Decimal("200.00"), "category": "fitness", "tags": ("c", "a", "b")},
            {"price": Decimal("300.00")},
            {"price": Decimal("60.00"), "category": "music", "tags": ("b",), "status": "inactive"},
        ],
    )

    facets = await storage.catalog.facets(CatalogFilters(creator=creator_id, max_price=Decimal(299)), NOW)

    assert [(each.category, each.count) for each in facets.categories] == [("music", 2), ("fitness", 1)]
    assert [(each.tag, each.count) for each in facets.tags] == [("b", 3), ("a", 2), ("c", 1)]
    assert [((each.min_price, each.max_price), each.count) for each in facets.price_bands] == list(
        zip(price_bands(), [1, 1, 0, 0, 1], strict=True)
    )


async def test_format_language_and_place_filter_lists_and_facets_alike(storage: Storage, creator_id: UUID) -> None:
    sessions = await stored(
        storage,
        creator_id,
        [
            {"format": "online", "language": "pt-BR", "category": "music"},
            {"format": "online", "language": "pt", "tags": ("lute",)},
            {"format": "in_person", "language": "pt-PT", "place": "São  Paulo"},
            {"format": "in_person", "language": "en", "place": "SÃO PAULO", "category": "music"},
            {"format": "at_yours", "place": "Rome"},
            {},
        ],
    )

    for filters, places in (
        ({"format": "online"}, "0 1"),
        ({"format": "at_yours"}, "4"),
        ({"language": "pt"}, "0 1 2"),
        ({"language": "pt-PT"}, "2"),
        ({"language": "p"}, ""),
        ({"place": "são paulo"}, "2 3"),
        ({"place": "sao  Paulo"}, "2 3"),
        ({"place": "paulo"}, ""),
        ({"place": "São Paulo", "language": "en"}, "3"),
        ({"format": "online", "language": "pt", "tag": "lute"}, "1"),
        ({"format": "in_person", "category": "music"}, "3"),
        ({"format": "online", "words": ("morning",)}, "0 1"),
        ({"format": "online", "available_from": NOW}, "0 1"),
    ):
        found = await listed(storage, creator=creator_id, **filters)
        assert set(found) == {*by_id(sessions, places)}, filters
        facets = await storage.catalog.facets(CatalogFilters(creator=creator_id, **filters), NOW)
        assert sum(band.count for band in facets.price_bands) == len(found), filters
    facets = await storage.catalog.facets(CatalogFilters(creator=creator_id), NOW)
    assert [(each.value, each.count) for each in facets.formats] == [("in_person", 2), ("online", 2), ("at_yours", 1)]
    assert [(each.value, each.count) for each in facets.languages] == [("pt", 3), ("en", 1)]
    assert [(each.value, each.count) for each in facets.places] == [("SÃO PAULO", 2), ("Rome", 1)]


async def test_empty_facets_still_have_every_price_band(storage: Storage, creator_id: UUID) -> None:
    facets = await storage.catalog.facets(CatalogFilters(creator=creator_id, category="nothing"), NOW)

    assert facets.categories == ()
    assert facets.tags == ()
    assert [(each.min_price, each.max_price) for each in facets.price_bands] == list(price_bands())
    assert {each.count for each in facets.price_bands} == {0}


async def test_facets_name_the_fifty_commonest_tags(storage: Storage, creator_id: UUID) -> None:
    names = [f"tag{number:02}" for number in range(60)]
    await stored(
        storage, creator_id, [{"tags": tuple(names[start : start + 10])} for start in (0, 10, 20, 30, 40, 50, 50)]
    )

    facets = await storage.catalog.facets(CatalogFilters(creator=creator_id), NOW)

    expected = [*((name, 2) for name in names[50:]), *((name, 1) for name in names[:40])]
    assert list(facets.tags) == [TagCount(tag=name, count=count) for name, count in expected]


async def test_changed_session_is_listed_by_its_current_values(storage: Storage, creator_id: UUID) -> None:
    (session,) = await stored(storage, creator_id, [{"title": "Zebra", "tags": ("old",)}])
    async with storage.unit_of_work() as tx:
        await tx.sessions.save(replace(session, title="Apple", tags=("new",)))
    (other,) = await stored(storage, creator_id, [{"title": "Middle", "tags": ("new",)}])

    assert await listed(storage, creator=creator_id, tag="old") == []
    assert await listed(storage, creator=creator_id, tag="new", ordering="title") == [session.id, other.id]
