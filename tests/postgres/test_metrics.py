"""Metrics of the real program: of all its processes together, on a separate port."""

import asyncio
import json
import os
import re
import signal
import socket
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import get_args
from urllib.parse import urlsplit

import asyncpg
import httpx
import pytest
import pytest_asyncio

from builders import TOMORROW, a_message, stored_session, stored_user
from marketplace.adapters.postgres.connection.pool import PoolLimits, connect
from marketplace.adapters.postgres.storage import postgres_storage
from marketplace.core.ports.jobs import Job, JobKind
from ports import free_port
from postgres.http_clients import book, people
from postgres.servers import Server, becomes_true, environment, is_alive, servers
from programs import Program, run_program

pytestmark = pytest.mark.flaky(reruns=1)  # starts programs, which a full machine gives no turn

WORKERS = 2
TIMEOUT = 60
"""Seconds in which a process that was killed is replaced and exports, on a machine that runs other tests too."""


class Metrics:
    """The metrics served on a port."""

    def __init__(self, port: int) -> None:
        self.port = port

    async def text(self) -> str:
        async with httpx.AsyncClient(trust_env=False) as client:
            return (await client.get(f"http://127.0.0.1:{self.port}/metrics")).text

    async def status(self, path: str) -> int:
        """Return the status of another path of the port."""
        async with httpx.AsyncClient(trust_env=False, timeout=10) as client:
            return (await client.get(f"http://127.0.0.1:{self.port}{path}")).status_code

    async def value(self, name: str, **labels: str) -> float:
        """Return the sum of the samples with these labels."""
        total = 0.0
        for line in (await self.text()).splitlines():
            found = re.fullmatch(rf"{name}(?:\{{(.*)\}})? (\S+)", line)
            has = dict(re.findall(r'(\w+)="([^"]*)"', (found[1] or "") if found else ""))
            if found and labels.items() <= has.items():
                total += float(found[2])
        return total

    async def reaches(self, expected: float, name: str, **labels: str) -> bool:
        end = time.monotonic() + TIMEOUT
        while (seen := await self.value(name, **labels)) != expected and time.monotonic() < end:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
        return seen == expected


def exporter_of(server: Server) -> int:
    """Return the process that answers scrapes."""
    [found] = [
        pid
        for pid in server.workers()
        if "marketplace.telemetry.metrics_exporter" in Path(f"/proc/{pid}/cmdline").read_text()
    ]
    return found


@pytest_asyncio.fixture(loop_scope="module")
async def metered(empty_database: str, tmp_path: Path) -> AsyncIterator[tuple[Server, Metrics]]:
    port = free_port()
    settings = {"metrics_port": port, "pool_min_size": 2, "pool_max_size": 2}
    async with servers(1, empty_database, tmp_path, workers=WORKERS, **settings) as [server]:
        yield server, Metrics(port)


async def test_requests_of_all_workers_are_counted_by_route_and_status(metered: tuple[Server, Metrics]) -> None:
    server, metrics = metered
    # each reads for itself
    paths = [f"/api/sessions/?limit={number}" for number in range(1, 41)]
    requested = [server.client.get(path, headers={"Connection": "close"}) for path in paths]
    await asyncio.gather(*requested, server.client.get("/api/sessions/?limit=x"), server.client.get("/api/nothing/"))

    name = "marketplace_request_seconds_count"
    # a request is counted after its answer was sent
    assert await metrics.reaches(40, name, method="GET", route="/api/sessions", status="200")
    assert await metrics.reaches(1, name, method="GET", route="/api/sessions", status="400")
    assert await metrics.reaches(1, name, route="none", status="404")
    assert await metrics.reaches(40, "marketplace_request_database_seconds_count", route="/api/sessions")
    assert await metrics.reaches(41, "marketplace_request_seconds_bucket", route="/api/sessions", le="+Inf")
    assert await metrics.reaches(41, "marketplace_kept_answers_total", event="misses")


async def test_bookings_are_counted_by_outcome(empty_database: str, metered: tuple[Server, Metrics]) -> None:
    server, metrics = metered
    database = await connect(empty_database, PoolLimits(min_size=1, max_size=1))
    storage = postgres_storage(database)
    session = await stored_session(storage, max_participants=1)
    other = await stored_session(storage, creator_id=session.creator_id)
    first, second = await people(storage, 2)
    await database.close()

    await book(server, first, session, starts_at=TOMORROW)
    await book(server, first, session, starts_at=TOMORROW)
    await book(server, second, session, starts_at=TOMORROW)
    await book(server, second, other, starts_at=TOMORROW)

    name = "marketplace_bookings_total"
    for outcome in ("created", "already_booked", "sold_out", "creator_unavailable"):
        assert await metrics.reaches(1, name, outcome=outcome)


async def test_killed_worker_leaves_its_counts_and_no_connection(
    metered: tuple[Server, Metrics],
) -> None:
    server, metrics = metered
    connections = "marketplace_pool_connections"
    assert await metrics.reaches(2 * WORKERS, connections)
    await asyncio.gather(*(server.client.get("/api/sessions/", headers={"Connection": "close"}) for _ in range(20)))
    # a request is counted after its answer was sent
    assert await metrics.reaches(20, "marketplace_request_seconds_count", route="/api/sessions")
    before = server.workers()
    killed = next(pid for pid in before if pid != exporter_of(server))

    os.kill(killed, signal.SIGKILL)
    assert await becomes_true(lambda: len(set(server.workers()) - set(before)) == 1, TIMEOUT)

    assert await metrics.reaches(2 * WORKERS, connections)
    assert await metrics.value("marketplace_request_seconds_count", route="/api/sessions") == 20


async def test_metrics_are_exported_again_after_exporter_was_killed(
    metered: tuple[Server, Metrics],
) -> None:
    server, metrics = metered
    await server.client.get("/api/sessions/")
    assert await metrics.reaches(1, "marketplace_request_seconds_count", route="/api/sessions")
    before = set(server.workers())
    killed = exporter_of(server)

    os.kill(killed, signal.SIGKILL)

    assert await becomes_true(lambda: len(set(server.workers()) - before) == 1, TIMEOUT)
    assert await becomes_true(lambda: is_open(metrics.port), TIMEOUT)
    assert await metrics.value("marketplace_request_seconds_count", route="/api/sessions") == 1
    [received] = [line for line in server.log.read_text().splitlines() if "restarts in" in line]
    assert "SIGKILL" in json.loads(received)["event"]


async def test_health_is_told_on_the_same_port_by_signs_of_life(metered: tuple[Server, Metrics]) -> None:
    server, metrics = metered

    async def becomes(path: str, status: int) -> bool:
        end = time.monotonic() + TIMEOUT
        while (seen := await metrics.status(path)) != status and time.monotonic() < end:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
        return seen == status

    # a worker that has not started yet has given no sign of life that could be missed
    assert await metrics.reaches(2 * WORKERS, "marketplace_pool_connections")
    assert await becomes("/health/live", 200)
    assert await becomes("/health/ready", 200)
    hung = next(pid for pid in server.workers() if pid != exporter_of(server))
    os.kill(hung, signal.SIGSTOP)
    try:
        # as a busy worker
        assert await metrics.status("/health/live") == 200
        assert await becomes("/health/live", 503)
        assert await metrics.status("/health/ready") == 503
    finally:
        os.kill(hung, signal.SIGCONT)
    assert await becomes("/health/live", 200)


async def test_metrics_used_in_alerts_exist_before_first_occurrence(
    metered: tuple[Server, Metrics],
) -> None:
    _, metrics = metered
    text = await metrics.text()
    assert 'marketplace_bookings_total{outcome="created"} 0.0' in text
    assert 'marketplace_request_seconds_count{method="GET",route="/health/ready",status="200"}' in text


async def test_queue_metrics_come_from_the_database(empty_database: str, metered: tuple[Server, Metrics]) -> None:
    _, metrics = metered
    database = await connect(empty_database, PoolLimits(min_size=1, max_size=1))
    now = datetime.now(UTC)
    async with postgres_storage(database).unit_of_work() as tx:
        for late in (timedelta(seconds=60), timedelta(0), timedelta(hours=-1)):
            await tx.jobs.enqueue(Job(kind="renew_open_times", subject=None, run_at=now - late))
    await database.close()

    assert await metrics.value("marketplace_jobs_due") == 2
    assert 60 <= await metrics.value("marketplace_jobs_oldest_seconds") < 90
    assert await metrics.value("marketplace_database_up") == 1


async def test_age_of_waiting_mail_comes_from_the_database(
    empty_database: str, metered: tuple[Server, Metrics]
) -> None:
    _, metrics = metered
    database = await connect(empty_database, PoolLimits(min_size=1, max_size=1))
    storage, now = postgres_storage(database), datetime.now(UTC)
    user = await stored_user(storage)
    assert await metrics.value("marketplace_mail_oldest_seconds") == 0
    waiting = a_message(user.id, due_at=now - timedelta(seconds=60), next_attempt_at=now + timedelta(minutes=30))
    later, held = a_message(user.id, due_at=now + timedelta(days=1)), a_message(user.id, due_at=now - timedelta(days=1))
    async with storage.unit_of_work() as tx:
        await tx.messages.add([waiting, later, held.held()])
    await database.close()

    assert 60 <= await metrics.value("marketplace_mail_oldest_seconds") < 90


async def test_bookings_and_readiness_continue_while_the_mail_server_is_away(
    empty_database: str, tmp_path: Path
) -> None:
    metrics = Metrics(free_port())
    settings = {"smtp_url": f"smtp://127.0.0.1:{free_port()}", "mail_from": "sessions@example.org"}
    database = await connect(empty_database, PoolLimits(min_size=1, max_size=1))
    storage, verified = postgres_storage(database), {"email_verified_at": datetime.now(UTC)}
    session, learners = await stored_session(storage, max_participants=5), await people(storage, 5, **verified)
    inside = {"worker_inside": "on", "metrics_port": metrics.port}
    async with servers(1, empty_database, tmp_path, **settings, **inside) as [server]:
        booked = [await book(server, each, session, starts_at=TOMORROW) for each in learners]
        assert [each.status_code for each in booked] == [201] * 5
        waiting = {"kind": "booking_booked", "state": "pending"}
        async with asyncio.timeout(TIMEOUT):
            while await metrics.value("marketplace_messages_total", **waiting) < 5:  # noqa: ASYNC110
                await asyncio.sleep(0.1)
        assert await metrics.value("marketplace_mail_oldest_seconds") > 0
        assert (await server.client.get("/health/ready")).status_code == 200
        states = [
            each for learner in learners for each in (await storage.messages.of_user(learner.user.id, 9, None)).items
        ]
        assert {(each.state.value, each.last_error) for each in states if each.attempts} == {
            ("pending", "SMTPConnectError")
        }
    await database.close()


async def test_metrics_are_available_while_the_database_is_down(tmp_path: Path, empty_database: str) -> None:
    port = free_port()
    async with servers(1, empty_database, tmp_path, metrics_port=port):
        connection = await asyncpg.connect(empty_database, database="postgres")
        name = urlsplit(empty_database).path.strip("/")
        await connection.execute(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS false")
        try:
            assert await Metrics(port).value("marketplace_database_up") == 0
            assert await Metrics(port).value("marketplace_request_seconds_count", route="/health/ready") >= 1
        finally:
            await connection.execute(f"ALTER DATABASE {name} WITH ALLOW_CONNECTIONS true")
            await connection.close()


@pytest.mark.runs_alone
async def test_metrics_are_not_on_client_port_and_exporter_ends_with_program(
    metered: tuple[Server, Metrics],
) -> None:
    server, metrics = metered
    # a built front end serves its page at every address that no other route has
    assert "marketplace_request" not in (await server.client.get("/metrics")).text
    await metrics.text()
    children = server.workers()

    server.process.kill()
    server.process.wait()

    assert await becomes_true(lambda: not any(map(is_alive, children)), TIMEOUT)


async def test_a_worker_counts_its_jobs(empty_database: str) -> None:
    metrics = Metrics(free_port())
    worker = Program(["worker"], environment(empty_database, metrics_port=metrics.port, log_format="json"))
    try:
        assert await becomes_true(lambda: is_open(metrics.port), TIMEOUT)
        async with asyncio.timeout(TIMEOUT):
            while not await metrics.value("marketplace_job_seconds_count", outcome="done"):  # noqa: ASYNC110
                await asyncio.sleep(0.1)
        assert await metrics.value("marketplace_pool_connections") >= 1
        assert await metrics.value("marketplace_tasks") >= 1
        for kind in get_args(JobKind):
            # present before its first increment, which an alert could not detect otherwise
            assert f'marketplace_job_seconds_count{{kind="{kind}",outcome="failed"}} 0.0' in await metrics.text()
        worker.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(worker.wait, TIMEOUT) == 0
        assert await becomes_true(lambda: not is_open(metrics.port), TIMEOUT)
    finally:
        worker.kill_group()


def is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_busy_port_is_reported_before_anything_starts(empty_database: str, command: str) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        provided = environment(empty_database, port=free_port(), metrics_port=listener.getsockname()[1])
        refused = run_program([command], provided)

    assert refused.returncode == 1
    assert refused.stderr.startswith("Error: MARKETPLACE_METRICS_PORT is '")
