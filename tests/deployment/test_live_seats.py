"""Streams of live seats: two programs behind the proxy, while connections and programs end."""

import asyncio
import signal
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import asyncpg
import httpx
import pytest
import pytest_asyncio

from benchmarks.fresh_server import FreshServer
from deployment.proxy import DIST, Proxy, proxy
from event_streams import Event, listening_over_http
from example_search import IS_LONG
from http_api import a_session_body
from marketplace.adapters.postgres.connection.pool import connect
from marketplace.adapters.postgres.storage import postgres_storage
from open_streams import OpenStreams, resident
from ports import free_port
from postgres.http_clients import Person, people, person
from postgres.servers import Server, servers

UPDATED_WITHIN = 1.0
"""Seconds from the answer to a change to its event."""
CHANGES = 9
"""So many are measured. Their median must keep the promise on a machine that runs other tests; see `bench-live`."""
MAX_BYTES = 40_000
"""Resident bytes of a server for each stream."""
STREAMS = 5_000 if IS_LONG else 500
DAILY = [{"weekday": day, "starts": "00:00", "ends": "23:00", "step": 60} for day in range(1, 8)]
SETTINGS: dict[str, Any] = {"frontend_dir": DIST, "trusted_proxies": "127.0.0.1", "worker_inside": "on"}
LISTENERS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'marketplace listener'
"""


@dataclass
class Behind:
    """Two programs behind the proxy, a creator and buyers."""

    front: Proxy
    backends: list[Server]
    database: str
    creator: Person
    buyers: list[Person]

    async def offered(self) -> tuple[str, list[str]]:
        """Return a session with a start each hour, and its starts."""
        client, headers = self.backends[0].client, self.creator.headers
        body = a_session_body(max_participants=50, duration=60)
        session = str((await client.post("/api/sessions/", json=body, headers=headers)).json()["id"])
        schedule = {"time_zone": "UTC", "weekly": DAILY}
        saved = await client.put(f"/api/sessions/{session}/schedule/", json=schedule, headers=headers)
        assert saved.status_code == 200, saved.text
        slots = (await client.get(f"/api/sessions/{session}/slots/")).json()
        return session, [slot["starts_at"] for slot in slots[24:]]

    async def book(self, through: httpx.AsyncClient, buyer: Person, session: str, start: str) -> float:
        """Book, and return when the answer came, by `monotonic`."""
        body = {"session": session, "booking_date": start}
        response = await through.post("/api/bookings/", json=body, headers=buyer.headers)
        assert response.status_code == 201, response.text
        return time.monotonic()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def behind(database: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Behind]:
    folder = tmp_path_factory.mktemp("live")
    async with AsyncExitStack() as stack:
        backends = await stack.enter_async_context(servers(2, database, folder, **SETTINGS))
        front = await stack.enter_async_context(proxy(folder / "nginx", [each.port for each in backends]))
        connected = await connect(database)
        stack.push_async_callback(connected.close)
        storage = postgres_storage(connected)
        creator = await person(storage, role="creator")
        yield Behind(front, backends, database, creator, list(await people(storage, CHANGES + 3)))


def seats_of(event: Event) -> dict[str, int]:
    return {start["starts_at"]: start["seats_left"] for start in event.data["starts"]}


async def test_booking_at_one_program_is_an_event_at_a_stream_of_the_other_behind_the_proxy(behind: Behind) -> None:
    session, starts = await behind.offered()
    delays = []
    async with AsyncExitStack() as stack:
        # the proxy takes the replicas in turn
        opening = [listening_over_http(behind.front.client, session) for _ in range(4)]
        streams = [await stack.enter_async_context(each) for each in opening]
        for stream in streams:
            assert stream.headers["content-type"] == "text/event-stream"
            assert "content-encoding" not in stream.headers
            await stream.next("reread")
        for buyer, start in zip(behind.buyers[:CHANGES], starts, strict=False):
            booked = await behind.book(behind.backends[0].client, buyer, session, start)
            events = [await stream.next("seats") for stream in streams]
            assert [seats_of(event) for event in events] == [{start: 49}] * len(streams)
            delays += [max(event.at for event in events) - booked]
            assert {event.id for event in events} != {events[0].id}, "both programs have streams"
    assert median(delays) <= UPDATED_WITHIN, delays


async def test_listener_that_was_killed_has_clients_read_again_and_hears_later_changes(behind: Behind) -> None:
    session, starts = await behind.offered()
    connection = await asyncpg.connect(behind.database)
    try:
        async with listening_over_http(behind.backends[1].client, session) as stream:
            await stream.next("reread")
            assert len(await connection.fetch(LISTENERS)) == len(behind.backends), "one connection of each process"
            # while nothing is heard
            await behind.book(behind.backends[0].client, behind.buyers[0], session, starts[0])
            await stream.next("reread")
            await behind.book(behind.backends[0].client, behind.buyers[0], session, starts[1])
            while starts[1] not in seats_of(await stream.next("seats")):
                pass
            listed = (await behind.backends[1].client.get(f"/api/sessions/{session}/slots/")).json()
            left = {slot["starts_at"]: slot["seats_left"] for slot in listed}
            assert [left[start] for start in starts[:3]] == [49, 49, 50]
    finally:
        await connection.close()


async def test_refusal_and_unknown_session_pass_the_proxy_as_problems(behind: Behind) -> None:
    unknown = await behind.front.client.get("/api/sessions/0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b/live/")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "not_found")


async def test_programs_that_refuse_streams_are_asked_for_all_else(behind: Behind, tmp_path: Path) -> None:
    """The proxy counts no refusal of a stream as a failure of the program."""
    session, _ = await behind.offered()
    async with (
        servers(1, behind.database, tmp_path, live_streams=0, **SETTINGS) as (server,),
        proxy(tmp_path / "nginx", [server.port, 1]) as front,
    ):
        for number in range(1, 11):
            refused = await front.client.get(f"/api/sessions/{session}/live/")
            assert (refused.status_code, refused.json()["code"]) == (503, "busy")
            assert refused.headers["retry-after"]
            assert (await front.client.get(f"/api/sessions/?limit={number}")).status_code == 200


async def test_proxy_limits_the_streams_of_an_address_and_not_its_requests(behind: Behind) -> None:
    session, _ = await behind.offered()
    async with OpenStreams(behind.front.port, session) as streams:
        await streams.open(50)
        assert streams.statuses() == {200: 50}
        await streams.open(10)
        assert streams.statuses() == {200: 50, 429: 10}
        assert (await behind.front.client.get("/api/sessions/")).status_code == 200


async def test_program_that_shuts_down_ends_its_streams_and_clients_reconnect_to_the_other(
    behind: Behind, tmp_path: Path
) -> None:
    session, starts = await behind.offered()
    async with (
        servers(2, behind.database, tmp_path, shutdown_delay=2, shutdown_timeout=20, **SETTINGS) as (leaving, staying),
        proxy(tmp_path / "nginx", [leaving.port, staying.port]) as front,
        AsyncExitStack() as stack,
    ):
        opening = [listening_over_http(leaving.client, session) for _ in range(20)]
        streams = [await stack.enter_async_context(each) for each in opening]
        started = time.monotonic()
        leaving.process.send_signal(signal.SIGTERM)
        for stream in streams:
            await asyncio.wait_for(stream.ended.wait(), 20)
            assert stream.parser.retry
        # still serving: the proxy passes a client that comes to it on to the other
        async with AsyncExitStack() as again:
            back = [await again.enter_async_context(listening_over_http(front.client, session)) for _ in range(4)]
            assert {stream.status for stream in back} == {200}
            assert await asyncio.to_thread(leaving.process.wait, 30) == 0
            assert time.monotonic() - started < 2 + 10, "no stream was waited for"
            await behind.book(staying.client, behind.buyers[-1], session, starts[2])
            for stream in back:
                await stream.next("seats")
        assert not any("Killing worker" in line["event"] for line in leaving.lines())


async def test_full_process_refuses_further_streams_and_answers_all_else(behind: Behind, tmp_path: Path) -> None:
    session, _ = await behind.offered()
    limits = {"live_streams": 100, "live_streams_per_network": 100}
    async with servers(1, behind.database, tmp_path, **SETTINGS | limits) as (server,):
        async with OpenStreams(server.port, session) as streams:
            await streams.open(150)
            assert streams.statuses() == {200: 100, 503: 50}
            for path in ("/health/live", "/health/ready", f"/api/sessions/{session}/"):
                assert (await server.client.get(path)).status_code == 200
        async with OpenStreams(server.port, session) as streams:
            # the server has seen that the others left
            async with asyncio.timeout(20):
                while streams.statuses().get(200, 0) < 1:
                    await streams.open(1)


async def test_open_streams_take_little_memory_and_hear_of_a_change(behind: Behind, tmp_path: Path) -> None:
    number = STREAMS
    session, starts = await behind.offered()
    limits = {"live_streams": number, "live_streams_per_network": number}
    # a forked one would come to own pages of this process as it writes to them
    server = FreshServer(behind.database, tmp_path / "server.log", free_port(), **SETTINGS | limits)
    try:
        await server.starts()
        async with OpenStreams(server.port, session) as streams:
            # the first streams take what all share
            await streams.open(number // 10)
            before = resident(server.workers())
            await streams.open(number - number // 10)
            assert streams.statuses() == {200: number}
            each = (resident(server.workers()) - before) / (number - number // 10)
            assert each <= MAX_BYTES
            await behind.book(server.client, behind.buyers[0], session, starts[0])
            await streams.heard("seats", within=20)
            assert resident(server.workers()) - before <= MAX_BYTES * number
            started = time.monotonic()
            server.process.send_signal(signal.SIGTERM)
            await streams.ended(within=20)
            assert await asyncio.to_thread(server.process.wait, 30) == 0
            assert time.monotonic() - started < 20
    finally:
        await server.client.aclose()
        if server.process.poll() is None:
            await server.end()
