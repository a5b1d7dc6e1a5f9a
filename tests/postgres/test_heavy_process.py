"""The process for heavy work of the real program."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio

from builders import stored_booking, stored_session
from http_routes import GOOD_BODIES
from marketplace.adapters.postgres.connection.pool import PoolLimits, connect
from marketplace.adapters.postgres.storage import postgres_storage
from postgres.http_clients import Person, people
from postgres.servers import Server, becomes_true, is_alive, servers

pytestmark = pytest.mark.flaky(reruns=1)  # starts programs, which a full machine gives no turn


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served(database: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Server, Person, str]]:
    """Return a server of two workers, a creator who is staff, too, and the path of their session."""
    own = await connect(database, PoolLimits(min_size=1, max_size=1))
    storage = postgres_storage(own)
    [staff] = await people(storage, 1, role="creator", is_staff=True)
    session = await stored_session(storage, creator_id=staff.user.id)
    await stored_booking(storage, session)
    await own.close()
    async with servers(1, database, tmp_path_factory.mktemp("logs"), workers=2) as [server]:
        yield server, staff, f"/api/sessions/{session.id}"


def requests_of(staff: Person, path: str, feed: str) -> list[httpx.Request]:
    """Return a request of each kind that is handed on."""
    lists = ("users", "sessions", "bookings", "audit")
    gets = [feed, *(f"/api/admin/{name}/" for name in lists), *(f"/api/admin/{name}/export/" for name in lists)]
    preview = GOOD_BODIES["POST /api/sessions/{session_id}/schedule/preview"]
    return [
        *(httpx.Request("GET", f"http://server{each}", headers=staff.headers) for each in gets),
        httpx.Request("GET", "http://server/api/auth/export/", headers=staff.headers),
        httpx.Request("POST", f"http://server{path}/schedule/preview/", headers=staff.headers, json=preview),
    ]


async def send(server: Server, request: httpx.Request, **headers: str) -> httpx.Response:
    own = {name: value for name, value in request.headers.items() if name in {"authorization", "content-type"}}
    return await server.client.request(
        request.method, request.url.path, headers=own | headers, content=request.read() or None
    )


async def feed_of(server: Server, staff: Person) -> str:
    return httpx.URL((await server.client.get("/api/calendar/", headers=staff.headers)).json()["url"]).path


async def test_heavy_requests_wait_for_their_process_and_others_do_not(served: tuple[Server, Person, str]) -> None:
    server, staff, path = served
    requests = requests_of(staff, path, await feed_of(server, staff))
    [heavy] = server.heavy_processes()
    os.kill(heavy, signal.SIGSTOP)
    try:
        waiting = [asyncio.create_task(send(server, each)) for each in requests]
        for _ in range(5):
            assert (await server.client.get("/health/ready")).status_code == 200
            assert (await server.client.get(f"{path}/slots/")).status_code == 200
        assert not [each.result() for each in waiting if each.done()]
    finally:
        os.kill(heavy, signal.SIGCONT)
    answered = await asyncio.gather(*waiting)

    assert {each.status_code for each in answered} <= {200, 503}
    assert {each.json()["code"] for each in answered if each.status_code == 503} <= {"overloaded"}


async def test_answer_is_that_of_a_worker(served: tuple[Server, Person, str]) -> None:
    server, staff, path = served
    for request in requests_of(staff, path, await feed_of(server, staff)):
        answered = await send(server, request, **{"X-Request-Id": "heavy-request"})
        assert answered.status_code == 200, (request.url, answered.text)
        assert answered.headers["x-request-id"] == "heavy-request"
        assert answered.headers["x-content-type-options"] == "nosniff"
        assert answered.content
    feed = await server.client.get(await feed_of(server, staff))
    known = await server.client.get(feed.request.url.path, headers={"If-None-Match": feed.headers["etag"]})
    head = await server.client.head(feed.request.url.path)
    refused = await server.client.get("/api/admin/users/", headers={"Authorization": "Bearer x"})
    audited = (await server.client.get("/api/admin/audit/?action=exported", headers=staff.headers)).json()

    assert (known.status_code, known.content) == (304, b"")
    assert (head.status_code, head.content) == (200, b"")
    assert (refused.status_code, refused.json()["code"]) == (401, "not_signed_in")
    assert {entry["address"] for entry in audited} == {"127.0.0.1"}
    assert await becomes_true(lambda: len(of_route(server, "/api/calendar/{feed}")) >= 3, 30)


def of_route(server: Server, route: str) -> list[object]:
    return [line for line in server.logged("request") if line["route"] == route]


async def test_process_that_was_killed_is_replaced(served: tuple[Server, Person, str]) -> None:
    server, staff, _ = served
    feed, [killed] = await feed_of(server, staff), server.heavy_processes()
    os.kill(killed, signal.SIGSTOP)
    under_way = asyncio.create_task(server.client.get(feed))
    await asyncio.sleep(0.3)
    os.kill(killed, signal.SIGKILL)

    broken = await under_way
    assert (broken.status_code, broken.json()["code"]) == (503, "busy")
    assert await becomes_true(lambda: server.heavy_processes() not in ([], [killed]), 60)
    async with asyncio.timeout(120):
        while (answered := await server.client.get(feed)).status_code != 200:  # noqa: ASYNC110 - it may start yet
            await asyncio.sleep(0.1)
    assert answered.headers["content-type"].startswith("text/calendar")


async def test_process_ends_with_its_program(database: str, tmp_path: Path) -> None:
    async with servers(1, database, tmp_path) as [server]:
        [heavy] = server.heavy_processes()
        server.process.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(server.process.wait, 60) == 0
        assert not is_alive(heavy)
