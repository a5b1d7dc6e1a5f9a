"""The whole stack: a database with its standby, two programs, a worker and the proxy, while parts of it are killed."""

import asyncio
import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import pytest
import pytest_asyncio

from browser.conftest import OpenPage, browser, open_page, other_hosts
from browser.test_journey import test_session_is_created_found_booked_rescheduled_and_cancelled as offered_to_cancelled
from builders import TOMORROW, stored_session
from deployment.proxy import DEPLOY, DIST, Proxy, proxy
from marketplace.adapters.postgres.connection.pool import connect
from marketplace.adapters.postgres.embedded.binaries import find_binaries
from marketplace.adapters.postgres.embedded.postmaster import find_postmaster
from marketplace.adapters.postgres.embedded.server import embedded_postgres
from marketplace.adapters.postgres.storage import postgres_storage
from marketplace.core.domain.sessions import Session
from marketplace.core.ports.storage import Storage
from ports import free_port
from postgres.http_clients import DISCREPANCIES, Person, people
from postgres.servers import Server, becomes_true, environment, run_command
from postgres.standby import standby_of
from programs import Program

pytestmark = [
    pytest.mark.starts_first,
    pytest.mark.flaky(reruns=0),  # a booking that is lost once is lost, and a part that was killed stays so
]

__all__ = ["browser", "open_page", "other_hosts"]
"""The fixtures of the browser, which use a `site`."""

PUBLIC_URL = "http://localhost"
BUYERS = 8
BACK_WITHIN = 15
"""Seconds after the database's return, on a machine that runs other tests too."""


@dataclass
class Whole:
    """The processes of the stack, and its database."""

    front: Proxy
    backends: list[Server]
    storage: Storage
    primary: str
    data: Path
    folder: Path
    again: AsyncExitStack
    settings: dict[str, Any]

    async def replace_backend(self, place: int) -> None:
        """Start another program on the port of one that has ended."""
        port = self.backends[place].port
        log = self.folder / f"backend{place}-{time.monotonic_ns()}.log"
        self.backends[place] = Server(self.primary, log, port, **self.settings)
        self.again.push_async_callback(self.backends[place].end)
        await self.backends[place].starts()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def whole(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Whole]:
    folder = tmp_path_factory.mktemp("whole")
    async with AsyncExitStack() as stack:
        data = folder / "a"
        primary = stack.enter_context(embedded_postgres(data))
        await run_command(primary, "migrate")
        standby = stack.enter_context(standby_of(primary, folder / "b"))
        settings = {
            "environment": "production",
            "public_url": PUBLIC_URL,
            "read_database_url": standby,
            "trusted_proxies": "127.0.0.1",
            "frontend_dir": DIST,
            "worker_inside": "off",
        }
        ports = [free_port(), free_port()]
        backends = [Server(primary, folder / f"backend{n}.log", port, **settings) for n, port in enumerate(ports)]
        for backend in backends:
            stack.push_async_callback(backend.end)
        await asyncio.gather(*(backend.starts() for backend in backends))
        worker = Program(["worker"], environment(primary, environment="production", public_url=PUBLIC_URL))
        stack.callback(worker.kill_group)
        database = await connect(primary)
        stack.push_async_callback(database.close)
        front = await stack.enter_async_context(proxy(folder / "nginx", ports))
        again = await stack.enter_async_context(AsyncExitStack())
        yield Whole(front, backends, postgres_storage(database), primary, data, folder, again, settings)


@dataclass
class Load:
    """Responses to clients that book and read through the proxy until stopped."""

    answers: list[httpx.Response] = field(default_factory=list)
    unanswered: int = 0
    is_over: bool = False

    def statuses(self) -> Counter[int]:
        return Counter(answer.status_code for answer in self.answers)

    def booked(self) -> list[str]:
        """Return the ids of the bookings that were confirmed to a client."""
        return [answer.json()["id"] for answer in self.answers if answer.status_code == httpx.codes.CREATED]

    async def created(self, more: int, within: float = 90) -> None:
        enough = len(self.booked()) + more
        assert await becomes_true(lambda: len(self.booked()) >= enough, within), self.statuses()

    async def keep_booking(self, front: Proxy, buyer: Person, session: Session, first: int) -> None:
        starts_at = TOMORROW + timedelta(days=first)
        while not self.is_over:
            starts_at += timedelta(hours=2)
            body = {"session": str(session.id), "booking_date": starts_at.isoformat()}
            await self._send(front.client.post("/api/bookings/", json=body, headers=buyer.headers))
            await self._send(front.client.get("/api/bookings/?limit=2", headers=buyer.headers))

    async def _send(self, sending: Any) -> None:
        try:
            self.answers.append(await sending)
        except httpx.TransportError:
            self.unanswered += 1
        # all clients share one address, which the proxy limits to a hundred requests a second
        await asyncio.sleep(0.1)


@pytest_asyncio.fixture(loop_scope="module")
async def load(whole: Whole) -> AsyncIterator[Load]:
    """Run clients, each with a creator of its own, so that no request is refused by a domain rule."""
    load, buyers = Load(), await people(whole.storage, BUYERS)
    sessions = [await stored_session(whole.storage) for _ in buyers]
    async with asyncio.TaskGroup() as tasks:
        for number, (buyer, session) in enumerate(zip(buyers, sessions, strict=True)):
            tasks.create_task(load.keep_booking(whole.front, buyer, session, number * 3_000))
        await load.created(20)
        yield load
        load.is_over = True


async def _kept(whole: Whole, received: list[str]) -> set[str]:
    """Return which of these bookings are stored, having checked for discrepancies."""
    connection = await asyncpg.connect(whole.primary)
    try:
        for what, query in DISCREPANCIES.items():
            assert await connection.fetch(query) == [], what
        rows = await connection.fetch("SELECT id::text FROM bookings WHERE id = ANY ($1::uuid[])", received)
        return {row["id"] for row in rows}
    finally:
        await connection.close()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def site(whole: Whole) -> Proxy:
    """Return the proxy, which the browser tests use instead of a single program."""
    return whole.front


async def test_seat_is_created_found_booked_rescheduled_and_cancelled_through_whole_stack(
    site: Any, open_page: OpenPage
) -> None:
    await offered_to_cancelled(site, open_page)


async def test_killed_backend_loses_no_confirmed_booking(whole: Whole, load: Load) -> None:
    before = len(load.answers)
    os.killpg(whole.backends[0].process.pid, signal.SIGKILL)
    await load.created(60)
    failed = load.statuses()[502] + load.statuses()[503] + load.statuses()[504]
    await whole.replace_backend(0)
    await load.created(20)
    load.is_over = True
    assert len(load.answers) > before
    assert failed + load.unanswered <= 2 * BUYERS
    received = load.booked()
    assert await _kept(whole, received) == set(received)


async def test_rolling_replacement_of_backends_fails_no_request(whole: Whole, load: Load) -> None:
    for place in range(2):
        ending = whole.backends[place].process
        ending.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(ending.wait, 90) == 0
        await load.created(20)
        await whole.replace_backend(place)
        await load.created(20)
    load.is_over = True
    assert set(load.statuses()) <= {200, 201}
    assert load.unanswered == 0


async def test_backends_wait_for_restarted_database_and_reconnect(whole: Whole, load: Load) -> None:
    before = len(load.answers)
    server = find_postmaster(whole.data)
    assert server is not None
    server.stop(30)
    await asyncio.sleep(2)
    with embedded_postgres(whole.data):
        back = time.monotonic()
        await load.created(20, within=BACK_WITHIN)
        load.is_over = True
        assert time.monotonic() - back < BACK_WITHIN
        meanwhile = load.answers[before:]
        refused = [answer for answer in meanwhile if answer.is_error]
        assert {answer.status_code for answer in refused} == {503}, {answer.text for answer in refused}
        assert all(answer.headers.get("retry-after") and answer.json()["code"] for answer in refused)
        received = load.booked()
        assert await _kept(whole, received) == set(received)


def miscount(counts: Path) -> None:
    """Add bookings to the counts of a dump."""
    counts.write_text(counts.read_text().replace("bookings ", "bookings 1"))


async def test_last_nights_backup_is_restored_and_counted(whole: Whole, tmp_path: Path) -> None:
    tools = str(Path(find_binaries().program("pg_dump")).parent)
    own = {**os.environ, "MARKETPLACE_DATABASE_URL": whole.primary, "PG_BIN": tools}

    async def backup(*words: str) -> tuple[int | None, str]:
        process = await asyncio.create_subprocess_exec(
            str(DEPLOY / "backup"), *words, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=own
        )
        output, _ = await process.communicate()
        return process.returncode, output.decode().strip()

    code, dumped = await backup("dump", str(tmp_path / "backups"))
    assert code == 0, dumped
    code, output = await backup("rehearse", dumped)
    assert (code, "every row count matches" in output) == (0, True), output

    miscount(Path(dumped.replace(".dump", ".counts")))
    code, output = await backup("rehearse", dumped)
    assert (code, "The row counts differ" in output) == (1, True), output
    assert (await backup("restore", dumped))[0] == 1
