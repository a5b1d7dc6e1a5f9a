import base64
from collections.abc import Awaitable, Callable
from datetime import timedelta
from itertools import chain
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest

from builders import TOMORROW
from http_api import Api, Person, all_pages, bad_fields, ids, next_page

pytestmark = pytest.mark.thorough

SESSIONS = "/api/sessions/"
CATALOG = "/api/sessions/?creator={creator}"
ADD = Callable[[Api, Person, Person, int], Awaitable[object]]


async def add_session(api: Api, creator: Person, _: Person, number: int) -> object:
    return await api.session(creator, title=f"Yoga {number}", created_at=api.clock.advance(timedelta(seconds=1)))


async def add_booking(api: Api, creator: Person, learner: Person, number: int) -> object:
    session = await api.session(creator)
    start = (TOMORROW + timedelta(hours=number)).isoformat()
    api.clock.advance(timedelta(seconds=1))
    return await api.booking(learner, session, booking_date=start)


LISTS: dict[str, tuple[str, ADD]] = {
    "/api/sessions/?creator={creator}": ("visitor", add_session),
    "/api/sessions/?creator={creator}&search=yoga": ("visitor", add_session),
    "/api/sessions/?creator={creator}&ordering=price": ("visitor", add_session),
    "/api/sessions/?creator={creator}&available_from=2030-01-08": ("visitor", add_session),
    "/api/sessions/?my_sessions=true": ("creator", add_session),
    "/api/bookings/": ("learner", add_booking),
    "/api/bookings/my_bookings/": ("learner", add_booking),
    "/api/bookings/creator_bookings/": ("creator", add_booking),
}
every_list = pytest.mark.parametrize("path", LISTS)


class Listing:
    """A list, its reader, and a function that adds a row."""

    def __init__(self, api: Api, path: str, creator: Person, learner: Person) -> None:
        who, self._add = LISTS[path]
        self.reader = {"visitor": api.visitor, "creator": creator, "learner": learner}[who]
        self._api, self._creator, self._learner, self._size = api, creator, learner, 0
        self.path = path.format(creator=creator.id)

    def page(self, query: str) -> str:
        return f"{self.path}{'&' if '?' in self.path else '?'}{query}"

    async def grow(self, number: int) -> None:
        for _ in range(number):
            await self._add(self._api, self._creator, self._learner, self._size)
            self._size += 1


async def a_listing(api: Api, path: str, size: int) -> Listing:
    listing = Listing(api, path, await api.creator(), await api.person())
    await listing.grow(size)
    return listing


@every_list
async def test_next_links_lead_through_every_row_once(api: Api, path: str) -> None:
    listing = await a_listing(api, path, 5)

    pages = await all_pages(listing.reader, listing.page("limit=2"))

    assert [len(page) for page in pages] == [2, 2, 1]
    assert list(chain(*pages)) == ids(await listing.reader.get(listing.path))
    assert len(set(chain(*pages))) == 5


@every_list
async def test_a_full_last_page_has_no_link(api: Api, path: str) -> None:
    listing = await a_listing(api, path, 4)

    assert [len(page) for page in await all_pages(listing.reader, listing.page("limit=2"))] == [2, 2]
    assert "Link" not in (await listing.reader.get(listing.page("limit=4"))).headers


@every_list
async def test_rows_added_between_pages_neither_repeat_nor_hide_a_row(api: Api, path: str) -> None:
    listing = await a_listing(api, path, 5)
    before = ids(await listing.reader.get(listing.path))

    response = await listing.reader.get(listing.page("limit=2"))
    seen = ids(response)
    while (address := next_page(response)) is not None:
        await listing.grow(1)
        response = await listing.reader.get(address)
        seen += ids(response)

    assert len(seen) == len(set(seen))
    assert [row for row in seen if row in before] == before


@every_list
async def test_list_has_twenty_rows_by_default(api: Api, path: str) -> None:
    listing = await a_listing(api, path, 21)

    assert [len(page) for page in await all_pages(listing.reader, listing.path)] == [20, 1]
    assert len(ids(await listing.reader.get(listing.page("limit=100")))) == 21


@every_list
@pytest.mark.parametrize("limit", ["0", "-1", "101", "1.5", "x", "1e1", "9" * 30, "\u0661"])
async def test_a_limit_is_a_whole_number_from_1_to_100(api: Api, path: str, limit: str) -> None:
    listing = await a_listing(api, path, 0)

    assert bad_fields(await listing.reader.get(listing.page(f"limit={limit}"))) == {"limit"}


def cursor_of(address: str) -> str:
    return parse_qs(urlsplit(address).query)["cursor"][0]


def with_another_bit(cursor: str) -> str:
    signed = bytearray(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    signed[-1] ^= 1
    return base64.urlsafe_b64encode(bytes(signed)).rstrip(b"=").decode()


@every_list
async def test_truncated_or_altered_cursor_is_refused(api: Api, path: str) -> None:
    listing = await a_listing(api, path, 2)
    cursor = cursor_of(next_page(await listing.reader.get(listing.page("limit=1"))) or "")
    broken = [
        cursor[: len(cursor) // 2],
        cursor[1:],
        cursor[:-4],
        f"{cursor}AAAA",
        with_another_bit(cursor),
        cursor[::-1],
        "x",
        "====",
        "%00",
        "%C3%A9",
        "AAAAAAAAAAAAAAAAW10",
        "x" * 1001,
    ]

    for each in broken:
        assert bad_fields(await listing.reader.get(listing.page(f"limit=1&cursor={each}"))) == {"cursor"}, each


async def test_a_cursor_works_for_its_own_list_and_filters_only(empty_api: Api) -> None:
    creator, learner = await empty_api.creator(), await empty_api.person()
    for number in range(2):
        await add_booking(empty_api, creator, learner, number)
    cursor = cursor_of(next_page(await learner.get("/api/bookings/", limit=1)) or "")
    of_catalog = cursor_of(next_page(await creator.get(SESSIONS, limit=1)) or "")

    assert bad_fields(await creator.get("/api/bookings/creator_bookings/", cursor=cursor)) == {"cursor"}
    assert bad_fields(await creator.get("/api/bookings/", cursor=cursor)) == {"cursor"}
    assert bad_fields(await learner.get(SESSIONS, cursor=cursor)) == {"cursor"}
    assert bad_fields(await learner.get("/api/bookings/", cursor=of_catalog)) == {"cursor"}
    assert bad_fields(await creator.get(SESSIONS, cursor=of_catalog, min_price=1)) == {"cursor"}
    assert bad_fields(await creator.get(SESSIONS, cursor=of_catalog, ordering="price")) == {"cursor"}
    assert bad_fields(await creator.get(SESSIONS, cursor=of_catalog, my_sessions="true")) == {"cursor"}


@pytest.mark.parametrize("requested", ["true", "TRUE"])
async def test_cursor_of_own_sessions_is_refused_for_other_users(api: Api, requested: str) -> None:
    creator, another = await api.creator(), await api.creator()
    for number in range(2):
        await add_session(api, creator, creator, number)
    address = next_page(await creator.get(SESSIONS, my_sessions=requested, limit=1))
    assert address is not None

    assert bad_fields(await another.get(address)) == {"cursor"}
    assert len(ids(await creator.get(address))) == 1


async def test_cursor_works_with_another_limit_and_without_trailing_slash(empty_api: Api) -> None:
    listing = await a_listing(empty_api, CATALOG, 3)
    everything = ids(await listing.reader.get(SESSIONS))
    cursor = cursor_of(next_page(await listing.reader.get(SESSIONS, limit=1)) or "")

    assert ids(await listing.reader.get("/api/sessions", cursor=cursor, limit=7)) == everything[1:]


async def test_catalog_cursor_stays_valid_after_sign_in(empty_api: Api) -> None:
    await a_listing(empty_api, CATALOG, 2)
    address = next_page(await empty_api.visitor.get(SESSIONS, limit=1))
    assert address is not None

    assert len(ids(await (await empty_api.person()).get(address))) == 1


async def test_bad_cursor_is_reported_with_other_errors(api: Api) -> None:
    learner = await api.person()

    for path in (SESSIONS, "/api/bookings/"):
        assert bad_fields(await learner.get(path, limit=0, cursor="nonsense")) == {"limit", "cursor"}


async def test_the_link_keeps_the_list_and_its_filters(empty_api: Api) -> None:
    listing = await a_listing(empty_api, CATALOG, 2)
    response = await listing.reader.get(SESSIONS, limit=1, search="zzz & co", ordering="-price")
    assert ids(response) == []

    response = await listing.reader.get(SESSIONS, limit=1, search="yóga", ordering="-price", tag="")
    address = urlsplit(urljoin("http://test", next_page(response)))

    assert (address.scheme, address.netloc, address.path.rstrip("/")) == ("http", "test", "/api/sessions")
    assert {**parse_qs(address.query), "cursor": None} == {
        "limit": ["1"],
        "search": ["yóga"],
        "ordering": ["-price"],
        "cursor": None,
    }


async def test_a_page_is_a_bare_array(empty_api: Api) -> None:
    response = await empty_api.visitor.get(SESSIONS)

    assert (response.json(), response.headers["content-type"]) == ([], "application/json")


@pytest.mark.parametrize("host", ["test:", "test:x", "test:99999999", "[::1"])
async def test_invalid_host_header_is_handled(empty_api: Api, host: str) -> None:
    await a_listing(empty_api, CATALOG, 2)

    response = await empty_api.visitor.send("GET", f"{SESSIONS}?limit=1", headers={"Host": host})

    assert response.status_code in {200, 400}


@pytest.mark.parametrize("ordering", ["title", "-title"])
async def test_titles_with_the_widest_characters_do_not_break_paging(api: Api, ordering: str) -> None:
    creator = await api.creator()
    created = [await api.session(creator, title="\U00020000" * 199 + last) for last in "\U00020001\U00020002\U00020003"]
    pages = await all_pages(api.visitor, f"/api/sessions/?creator={creator.id}&ordering={ordering}&limit=1")
    expected = [str(session.id) for session in created]
    assert [found for page in pages for found in page] == (expected if ordering == "title" else expected[::-1])


async def test_non_filter_parameters_do_not_affect_cursor(api: Api) -> None:
    creator = await api.creator()
    for number in range(2):
        await api.session(creator, title=f"Yoga {number}")
    first = await api.visitor.get(f"/api/sessions/?creator={creator.id}&limit=1")
    following = await api.visitor.get(f"{next_page(first)}&utm_source=letter")
    assert following.status_code == 200
