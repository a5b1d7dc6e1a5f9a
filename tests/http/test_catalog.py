from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from http_api import Api, Person, bad_fields, ids, open_api, problem
from marketplace.adapters.memory.catalog import MemoryCatalog
from marketplace.adapters.memory.database import MemoryDatabase
from marketplace.core.domain.availability import CatalogSession
from marketplace.core.domain.catalog import CatalogFilters, Facets, SessionVersion
from marketplace.core.domain.pages import Page

SESSIONS = "/api/sessions/"
FACETS = "/api/sessions/facets/"


class Catalog:
    """Reads the sessions of one creator without signing in."""

    def __init__(self, api: Api, creator: Person) -> None:
        self._api = api
        self._creator = creator

    async def titles(self, **query: Any) -> list[str]:
        response = await self._api.visitor.get(SESSIONS, creator=str(self._creator.id), **query)
        assert response.status_code == 200, response.text
        return [row["title"] for row in response.json()]

    async def facets(self, **query: Any) -> dict[str, Any]:
        response = await self._api.visitor.get(FACETS, creator=str(self._creator.id), **query)
        counted: dict[str, Any] = response.json()
        return counted

    async def quote(self, *several: dict[str, Any]) -> None:
        for changes in several:
            now = self._api.clock.advance(timedelta(minutes=1))
            await self._api.session(self._creator, **{"description": "-", "created_at": now} | changes)


async def a_catalog(api: Api, *several: dict[str, Any]) -> Catalog:
    """Create sessions, each a minute after the one before."""
    catalog = Catalog(api, await api.creator())
    await catalog.quote(*several)
    return catalog


async def test_the_catalog_is_newest_first_and_has_active_sessions_only(api: Api) -> None:
    catalog = await a_catalog(api, {"title": "one"}, {"title": "hidden", "status": "inactive"}, {"title": "two"})

    assert await catalog.titles() == ["two", "one"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"min_price": "20"}, ["c", "b"]),
        ({"max_price": "20.00"}, ["b", "a"]),
        ({"min_price": "10.01", "max_price": 20}, ["b"]),
        ({"min_price": "21", "max_price": "20"}, []),
        ({"min_duration": 60}, ["c", "b"]),
        ({"max_duration": 60}, ["b", "a"]),
        ({"min_duration": 60, "max_duration": 60}, ["b"]),
        ({"category": "music"}, ["b", "a"]),
        ({"category": "nonsense"}, []),
        ({"tag": "lute"}, ["c", "a"]),
        ({"tag": " LUTE "}, ["c", "a"]),
        ({"tag": "lut"}, []),
        ({"category": "music", "tag": "lute"}, ["a"]),
        ({"category": "", "tag": "", "min_price": "", "search": ""}, ["c", "b", "a"]),
        ({"nonsense": "1"}, ["c", "b", "a"]),
    ],
    ids=str,
)
async def test_every_filter_must_hold_and_bounds_are_inclusive(
    api: Api, query: dict[str, Any], found: list[str]
) -> None:
    catalog = await a_catalog(
        api,
        {"title": "a", "price": Decimal("10.00"), "duration": 30, "category": "music", "tags": ("lute",)},
        {"title": "b", "price": Decimal("20.00"), "duration": 60, "category": "music", "tags": ("harp",)},
        {"title": "c", "price": Decimal("30.00"), "duration": 90, "category": "art", "tags": ("lute", "harp")},
    )

    assert await catalog.titles(**query) == found


async def test_sessions_of_a_creator_can_be_listed_by_anyone(api: Api) -> None:
    catalog = await a_catalog(api, {"title": "theirs"})
    await a_catalog(api, {"title": "another's"})

    assert await catalog.titles() == ["theirs"]
    assert ids(await api.visitor.get(SESSIONS, creator="0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b")) == []


@pytest.mark.parametrize(
    "search",
    ["crème brûlée", "creme brulee", "CREME", "brul", "creme torched", "torched sugar", "  brulee,  creme! ", "cremme"],
)
async def test_search_matches_prefixes_regardless_of_accents_case_and_one_typo(api: Api, search: str) -> None:
    catalog = await a_catalog(
        api,
        {"title": "Crème brûlée", "description": "Torched sugar, cold cream."},
        {"title": "Bread", "description": "Slow and sour."},
    )

    assert await catalog.titles(search=search) == ["Crème brûlée"]


@pytest.mark.parametrize("search", ["ème", "crrmme", "xylophone"])
async def test_search_that_nothing_resembles_finds_nothing(api: Api, search: str) -> None:
    catalog = await a_catalog(api, {"title": "Crème brûlée"}, {"title": "Bread"})

    assert await catalog.titles(search=search) == []


@pytest.mark.parametrize("search", ["guitar", "giutar", "gitar", "guittar", "guitqr"])
async def test_single_typo_in_a_word_is_tolerated(api: Api, search: str) -> None:
    catalog = await a_catalog(api, {"title": "Guitar"})

    assert await catalog.titles(search=search) == ["Guitar"]


async def test_a_search_is_ranked_by_title_before_description_and_then_newest(api: Api) -> None:
    catalog = await a_catalog(
        api,
        {"title": "Old yoga"},
        {"title": "Breathing", "description": "As in yoga."},
        {"title": "New yoga"},
        {"title": "Pottery"},
    )

    ranked = ["New yoga", "Old yoga", "Breathing"]
    assert await catalog.titles(search="yoga") == ranked
    assert await catalog.titles(search="yoga", ordering="relevance") == ranked
    assert await catalog.titles(search="yoga", ordering="created_at") == ["Old yoga", "Breathing", "New yoga"]
    assert await catalog.titles(search="yoga", max_price="1") == []


async def test_relevance_without_a_search_is_refused(api: Api) -> None:
    assert bad_fields(await api.visitor.get(SESSIONS, ordering="relevance")) == {"ordering"}


@pytest.mark.parametrize(
    ("ordering", "found"),
    [
        ("created_at", ["Beta", "álpha", "Gamma"]),
        ("-created_at", ["Gamma", "álpha", "Beta"]),
        ("price", ["álpha", "Gamma", "Beta"]),
        ("-price", ["Beta", "Gamma", "álpha"]),
        ("duration", ["Gamma", "Beta", "álpha"]),
        ("-duration", ["álpha", "Beta", "Gamma"]),
        ("title", ["álpha", "Beta", "Gamma"]),
        ("-title", ["Gamma", "Beta", "álpha"]),
    ],
)
async def test_the_catalog_can_be_ordered(api: Api, ordering: str, found: list[str]) -> None:
    catalog = await a_catalog(
        api,
        {"title": "Beta", "price": Decimal(100), "duration": 60},
        {"title": "álpha", "price": Decimal(9), "duration": 100},
        {"title": "Gamma", "price": Decimal("9.50"), "duration": 9},
    )

    assert await catalog.titles(ordering=ordering) == found


@pytest.mark.parametrize(
    ("query", "bad"),
    [
        ({"creator": "1"}, {"creator"}),
        ({"min_price": "-1", "max_price": "1e3"}, {"min_price", "max_price"}),
        ({"min_price": "NaN"}, {"min_price"}),
        ({"min_price": "1.999"}, {"min_price"}),
        ({"min_duration": "-1", "max_duration": "1441"}, {"min_duration", "max_duration"}),
        ({"min_duration": "1.5"}, {"min_duration"}),
        ({"min_duration": "9" * 5000}, {"min_duration"}),
        ({"ordering": "stars"}, {"ordering"}),
        ({"ordering": "--price"}, {"ordering"}),
        ({"my_sessions": "maybe"}, {"my_sessions"}),
        ({"search": "x" * 201}, {"search"}),
        ({"search": "x" * 10_000}, {"search"}),
        ({"search": "?!… --- ___"}, {"search"}),
        ({"search": "a b c d e f g h i j k l m"}, {"search"}),
        ({"search": "a\x00b"}, {"search"}),
        ({"tag": "x" * 41}, {"tag"}),
        ({"category": "a\x1bb"}, {"category"}),
        ({"limit": "0", "ordering": "x", "tag": "\x7f"}, {"limit", "ordering", "tag"}),
    ],
    ids=lambda value: str(sorted(value))[:60],
)
async def test_catalog_reports_every_bad_parameter(api: Api, query: dict[str, Any], bad: set[str]) -> None:
    assert bad_fields(await api.visitor.get(SESSIONS, **query)) == bad


@pytest.mark.parametrize("name", ["search", "creator", "min_price", "category", "limit", "cursor", "ordering"])
async def test_repeated_parameter_is_refused(api: Api, name: str) -> None:
    assert bad_fields(await api.visitor.get(f"{SESSIONS}?{name}=1&{name}=2")) == {name}


async def test_repeated_my_sessions_parameter_is_refused(api: Api) -> None:
    creator = await api.creator()

    assert bad_fields(await creator.get(f"{SESSIONS}?my_sessions=true&my_sessions=false")) == {"my_sessions"}
    assert bad_fields(await creator.get(f"{SESSIONS}?my_sessions=false&my_sessions=true")) == {"my_sessions"}


async def test_bad_token_is_refused_on_public_routes(api: Api) -> None:
    for path in (SESSIONS, FACETS):
        refused = await api.visitor.send("GET", path, headers={"Authorization": "Bearer nonsense"})
        problem(refused, 401, "not_signed_in")


async def test_facets_count_what_the_same_filters_find(api: Api) -> None:
    catalog = await a_catalog(
        api,
        {"title": "a", "price": Decimal("24.99"), "category": "music", "tags": ("lute", "harp")},
        {"title": "b", "price": Decimal("25.00"), "category": "music", "tags": ("lute",)},
        {"title": "c", "price": Decimal("200.00"), "category": "art"},
        {"title": "d", "price": Decimal("300.00"), "category": "fitness", "status": "inactive"},
    )

    everything = await catalog.facets()
    music = await catalog.facets(category="music", search="a")

    assert everything["categories"] == [{"category": "music", "count": 2}, {"category": "art", "count": 1}]
    assert everything["tags"] == [{"tag": "lute", "count": 2}, {"tag": "harp", "count": 1}]
    assert [band["count"] for band in everything["price_bands"]] == [1, 1, 0, 0, 1]
    assert music["categories"] == [{"category": "music", "count": 1}]
    assert [band["count"] for band in music["price_bands"]] == [1, 0, 0, 0, 0]


class EndsEarly(MemoryCatalog):
    """A catalog whose searches and counts end at their bounds at once."""

    async def list(self, filters: CatalogFilters, limit: int, after: str | None, now: datetime) -> Page[CatalogSession]:
        return replace(await super().list(filters, limit, after, now), next="further", is_bounded=True)

    async def page(self, filters: CatalogFilters, limit: int, after: str | None, now: datetime) -> Page[SessionVersion]:
        return replace(await super().page(filters, limit, after, now), next="further", is_bounded=True)

    async def facets(self, filters: CatalogFilters, now: datetime) -> Facets:
        return replace(await super().facets(filters, now), is_bounded=True)


async def test_search_and_counts_that_end_early_say_so(api: Api) -> None:
    catalog = EndsEarly(MemoryDatabase(lock_timeout=timedelta(seconds=1)))
    async with open_api(storage=replace(api.storage, catalog=catalog)) as bounded:
        short, counted = await bounded.visitor.get(SESSIONS), await bounded.visitor.get(FACETS)
    whole, all_counted = await api.visitor.get(SESSIONS), await api.visitor.get(FACETS)

    assert (short.json(), short.headers["x-search-bounded"]) == ([], "true")
    assert 'rel="next"' in short.headers["link"]
    assert counted.json()["is_bounded"]
    assert "x-search-bounded" not in whole.headers
    assert not all_counted.json()["is_bounded"]


async def test_price_bands_have_two_decimal_places(api: Api) -> None:
    bands = (await api.visitor.get(FACETS)).json()["price_bands"]

    assert [band["min_price"] for band in bands] == ["0.00", "25.00", "50.00", "100.00", "200.00"]
    assert [band["max_price"] for band in bands] == ["25.00", "50.00", "100.00", "200.00", None]


async def test_facets_report_every_bad_parameter(api: Api) -> None:
    refused = await api.visitor.get(FACETS, min_price="x", max_duration="1441", tag="x" * 41)

    assert bad_fields(refused) == {"min_price", "max_duration", "tag"}


async def test_a_new_session_is_found_at_once(api: Api) -> None:
    creator = await api.creator()
    body = {"title": "Theremin for all", "description": "Hum.", "duration": 30, "price": "5"}
    created = (await creator.post(SESSIONS, body)).json()

    assert ids(await api.visitor.get(SESSIONS, search="theramin")) == [created["id"]]
