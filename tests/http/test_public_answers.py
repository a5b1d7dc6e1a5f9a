"""Anonymous answers are kept and have an entity tag. `test_kept_answers.py` has the rules of keeping."""

import asyncio
import gzip
import time
import tracemalloc
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from itertools import product
from string import ascii_lowercase
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from httpx import Response

from builders import TOMORROW, principal_of
from http_api import SETTINGS, Api, Person, as_json, open_api
from marketplace.adapters.memory.storage import memory_storage
from marketplace.core.domain.availability import CatalogSession
from marketplace.core.domain.sessions import Session
from marketplace.core.ports.announcements import AnswerKeeper
from marketplace.core.ports.sessions import Catalog
from marketplace.core.services.sessions import SessionService
from marketplace.http.answers import Answer, Ask, query_of
from marketplace.http.api.catalog import FacetsQuery
from marketplace.http.api.suggestions import KEPT_FOR as SUGGESTIONS_KEPT_FOR
from marketplace.http.kept import KEPT_FOR, KeptAnswers, PublicAnswer
from marketplace.http.public_answers import public_answer
from marketplace.http.validation.parsing import read_query

pytestmark = pytest.mark.thorough

LONG = "Breathe in. " * 200
DAILY = [{"weekday": day, "starts": "09:00", "ends": "12:00", "step": 60} for day in range(1, 8)]
PUBLIC = (
    "/api/sessions/",
    "/api/sessions/facets/",
    "/api/sessions/suggest/?q=yoga",
    "/api/sessions/{session}/",
    "/api/sessions/{session}/slots/",
    "/api/time-zones/",
    "/api/time-zones/offsets/",
)


@pytest_asyncio.fixture(loop_scope="module")
async def kept(api: Api) -> AsyncIterator[KeptAnswers]:
    answers = await api.container.get(KeptAnswers)
    await asyncio.sleep(0)
    answers.drop()
    api.both.compares = False
    yield answers
    api.both.compares = True


class LateAnnouncements:
    """`Announcements` that are heard, but far too late."""

    async def listen(self, keeper: AnswerKeeper, *, is_keeping: bool = True) -> None:
        assert is_keeping
        keeper.resume()
        await asyncio.Event().wait()


class NoAnnouncements:
    """`Announcements` whose connection is lost."""

    async def listen(self, keeper: AnswerKeeper, *, is_keeping: bool = True) -> None:
        assert is_keeping
        keeper.resume()
        keeper.suspend()
        await asyncio.Event().wait()


class CountingCatalog:
    """Counts the reads of single sessions."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        self.found = 0

    async def find(self, session_id: UUID, now: datetime) -> CatalogSession | None:
        self.found += 1
        return await self._catalog.find(session_id, now)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._catalog, name)


async def rename_elsewhere(api: Api, session: Session) -> None:
    """Change the title without a request to this process."""
    owner = principal_of(await api.storage.users.get(session.creator_id))
    await (await api.container.get(SessionService)).change(owner, session.id, {"title": "Noon yoga"})


async def ask(person: Person, path: str, **headers: str) -> Response:
    sent = {"Accept-Encoding": "identity"} | {name.replace("_", "-"): value for name, value in headers.items()}
    return await person.send("GET", path, headers=sent)


@pytest.mark.parametrize("path", PUBLIC)
async def test_anonymous_answer_is_kept_for_a_second_or_suggestions_for_ten(
    api: Api, kept: KeptAnswers, path: str
) -> None:
    path = path.format(session=(await api.session()).id)
    first = await ask(api.visitor, path)
    reads, hits = kept.misses, kept.hits

    second = await ask(api.visitor, path)

    assert (kept.misses, kept.hits) == (reads, hits + 1)
    assert (second.status_code, second.content) == (200, first.content)
    assert {**second.headers, "x-request-id": ""} == {**first.headers, "x-request-id": ""}
    api.clock.advance(SUGGESTIONS_KEPT_FOR if "/suggest/" in path else KEPT_FOR)
    await ask(api.visitor, path)
    assert kept.misses == reads + 1


async def test_order_of_parameters_makes_no_difference(api: Api, kept: KeptAnswers) -> None:
    await ask(api.visitor, "/api/sessions/?limit=5&category=music")
    hits = kept.hits
    await ask(api.visitor, "/api/sessions/?category=music&limit=5")
    await ask(api.visitor, "/api/sessions/?category=music&limit=6")
    assert kept.hits == hits + 1


MANY_PARAMETERS = "&".join(map("".join, product(ascii_lowercase, repeat=2)))[:1000]


@pytest.mark.parametrize(("path", "query"), [("/", MANY_PARAMETERS), ("/" + "-" * 9000, "")])
async def test_answers_to_odd_addresses_take_no_more_memory_than_is_counted(
    kept: KeptAnswers, path: str, query: str
) -> None:
    async def read() -> PublicAnswer:
        return PublicAnswer(Answer(b"[]"))

    tracemalloc.start()
    for number in range(100):
        scope = {"path": f"{path}{number}", "query_string": query.encode(), "headers": []}
        await public_answer(Ask(scope), kept, read)
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert taken < 100 * PublicAnswer(Answer(b"[]")).size


def test_parsed_queries_of_many_parameters_take_no_memory() -> None:
    tracemalloc.start()
    for number in range(100):
        query = f"{'a&' * 140}{number}".encode()
        assert len(query_of(Ask({"query_string": query}))) == 141
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert taken < 100_000


@pytest.mark.parametrize("name", ["a", "category"])
def test_parameter_that_is_repeated_without_end_is_read_cheaply(name: str) -> None:
    def cost(count: int) -> float:
        ask = Ask({"query_string": f"{name}&".encode() * count, "headers": []})
        started = time.process_time()
        read_query(ask, FacetsQuery)
        return time.process_time() - started

    # 10 if a parameter costs the same however many there are, 100 if it is compared with all before
    assert min(cost(30_000) for _ in range(5)) < 40 * min(cost(3_000) for _ in range(5))


@pytest.mark.parametrize("path", PUBLIC)
async def test_request_with_a_token_is_never_answered_from_what_is_kept(api: Api, kept: KeptAnswers, path: str) -> None:
    person, path = await api.person(), path.format(session=(await api.session()).id)
    await ask(api.visitor, path)
    seen = (kept.hits, kept.misses)

    answer = await ask(person, path)

    assert (kept.hits, kept.misses) == seen
    assert answer.status_code == 200
    assert "etag" not in answer.headers


async def test_refusal_is_not_kept(api: Api, kept: KeptAnswers) -> None:
    hits = kept.hits
    for _ in range(2):
        assert (await ask(api.visitor, "/api/sessions/?limit=many")).status_code == 400
        assert (await ask(api.visitor, "/api/sessions/0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b/")).status_code == 404
    assert kept.hits == hits


@pytest.mark.parametrize("path", PUBLIC)
async def test_client_that_has_the_content_is_answered_304(api: Api, path: str) -> None:
    path = path.format(session=(await api.session()).id)
    full = await ask(api.visitor, path)
    etag = full.headers["etag"]

    for condition in (etag, f"W/{etag}", f'"other", W/{etag}', "*"):
        unchanged = await ask(api.visitor, path, If_None_Match=condition)
        assert (unchanged.status_code, unchanged.content) == (304, b""), condition
        for name in ("etag", "cache-control", "vary"):
            assert unchanged.headers.get(name) == full.headers.get(name)
        assert "content-encoding" not in unchanged.headers
        assert "content-type" not in unchanged.headers
    for condition in ('"other"', etag.strip('"'), '"*"', ""):
        changed = await ask(api.visitor, path, If_None_Match=condition)
        assert (changed.status_code, changed.content) == (200, full.content), condition


async def test_each_coding_has_its_own_tag_and_gzip_is_sent_once(api: Api) -> None:
    session = await api.session(description=LONG)
    path = f"/api/sessions/{session.id}/"
    plain, packed = await ask(api.visitor, path), await ask(api.visitor, path, Accept_Encoding="gzip, br")
    assert plain.headers["etag"] != packed.headers["etag"]
    assert packed.headers["content-encoding"] == "gzip"
    assert int(packed.headers["content-length"]) < len(plain.content) == int(plain.headers["content-length"])
    assert packed.content == plain.content
    assert packed.headers.get_list("vary") == ["Accept-Encoding", "authorization"]
    raw = api.client.stream("GET", path, headers={"Accept-Encoding": "gzip"})
    async with raw as response:
        assert gzip.decompress(b"".join([part async for part in response.aiter_raw()])) == plain.content
    tag = packed.headers["etag"]
    unchanged = await ask(api.visitor, path, Accept_Encoding="gzip", If_None_Match=tag)
    assert unchanged.status_code == 304
    assert unchanged.headers.get_list("vary") == ["Accept-Encoding", "authorization"]
    assert (await ask(api.visitor, path, If_None_Match=tag)).status_code == 200


@pytest.mark.parametrize("refusal", ["gzip;q=0", "br, gzip;q=0.0", "gzip;q=0.5, identity", "identity, x-gzip;q=0"])
async def test_client_that_refuses_gzip_gets_the_bytes_of_the_tag(api: Api, refusal: str) -> None:
    path = f"/api/sessions/{(await api.session(description=LONG)).id}/"
    plain = await ask(api.visitor, path)
    for method in ("GET", "HEAD"):
        refused = await api.visitor.send(method, path, headers={"Accept-Encoding": refusal})
        assert refused.headers["etag"] == plain.headers["etag"]
        assert refused.headers["content-length"] == plain.headers["content-length"]
        assert "content-encoding" not in refused.headers


async def test_head_has_the_tag_of_get(api: Api) -> None:
    path = f"/api/sessions/{(await api.session()).id}/"
    full = await ask(api.visitor, path)
    head = await api.visitor.send("HEAD", path, headers={"Accept-Encoding": "identity"})
    assert (head.headers["etag"], head.content) == (full.headers["etag"], b"")


async def test_anonymous_reader_sees_a_change_made_through_the_same_process() -> None:
    async with open_api(storage=replace(memory_storage(), announcements=LateAnnouncements())) as api:
        creator, learner = await api.creator(), await api.person()
        session = await api.session(creator)
        await creator.put(f"/api/sessions/{session.id}/schedule/", {"weekly": DAILY, "time_zone": "UTC"})
        detail, slots = f"/api/sessions/{session.id}/", f"/api/sessions/{session.id}/slots/"
        for path in (detail, slots):
            await ask(api.visitor, path)

        assert (await creator.patch(detail, {"title": "Evening yoga"})).status_code == 200
        assert (await ask(api.visitor, detail)).json()["title"] == "Evening yoga"
        await api.booking(learner, session)
        left = {slot["starts_at"]: slot["seats_left"] for slot in (await ask(api.visitor, slots)).json()}
        assert left[as_json(TOMORROW)] == session.max_participants - 1

        await ask(api.visitor, detail)
        await rename_elsewhere(api, session)
        assert (await ask(api.visitor, detail)).json()["title"] == "Evening yoga", "still kept"
        assert (await creator.post("/api/sessions/", {"title": "?"})).status_code == 400
        assert (await ask(api.visitor, detail)).json()["title"] == "Evening yoga", "a refusal changes nothing"


async def test_nothing_is_kept_without_announcements_or_by_the_setting() -> None:
    silent = replace(memory_storage(), announcements=NoAnnouncements())
    for settings, storage in ((SETTINGS, silent), (replace(SETTINGS, keep_answers=False), None)):
        async with open_api(settings, storage) as api:
            session = await api.session(await api.creator())
            path = f"/api/sessions/{session.id}/"
            etag = (await ask(api.visitor, path)).headers["etag"]
            assert (await ask(api.visitor, path, If_None_Match=etag)).status_code == 304
            await rename_elsewhere(api, session)
            changed = await ask(api.visitor, path, If_None_Match=etag)
            assert changed.json()["title"] == "Noon yoga"


async def test_lists_are_not_kept_where_a_standby_answers_them() -> None:
    settings = replace(SETTINGS, read_database_url="postgresql://standby.example.org/marketplace")
    storage = replace(memory_storage(), announcements=LateAnnouncements())
    async with open_api(settings, storage) as api:
        session = await api.session(await api.creator())
        detail = f"/api/sessions/{session.id}/"
        titles = [await ask(api.visitor, path) for path in ("/api/sessions/", detail)]
        assert {title.status_code for title in titles} == {200}
        await rename_elsewhere(api, session)
        assert (await ask(api.visitor, "/api/sessions/")).json()[0]["title"] == "Noon yoga"
        assert (await ask(api.visitor, detail)).json()["title"] == session.title


async def test_crowd_makes_one_query() -> None:
    memory = memory_storage()
    catalog = CountingCatalog(memory.catalog)
    async with open_api(storage=replace(memory, catalog=catalog)) as api:
        path = f"/api/sessions/{(await api.session()).id}/"
        await api.container.get(KeptAnswers)
        await asyncio.sleep(0)
        answers = await asyncio.gather(*(ask(api.visitor, path) for _ in range(8)))
        assert {(answer.status_code, answer.content) for answer in answers} == {(200, answers[0].content)}
    assert catalog.found == 1


class MissesACancellation:
    """`Announcements` that are cancelled while a wait with a timeout ends, which Python before 3.12 ignores."""

    async def listen(self, keeper: AnswerKeeper, *, is_keeping: bool = True) -> None:
        assert is_keeping
        keeper.resume()
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(60)
        await asyncio.sleep(60)


async def test_marketplace_closes_although_its_listener_missed_the_cancellation() -> None:
    storage = replace(memory_storage(), announcements=MissesACancellation())
    async with asyncio.timeout(10):
        async with open_api(storage=storage) as api:
            await api.container.get(KeptAnswers)
            await asyncio.sleep(0)
