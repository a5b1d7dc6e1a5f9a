"""The log of the real program is JSON throughout, each line with the id of its request."""

import asyncio
import json
from operator import itemgetter
from pathlib import Path
from signal import SIGTERM
from typing import Any

import pytest

from builders import TOMORROW, stored_session
from marketplace.adapters.postgres.connection.pool import PoolLimits, connect
from marketplace.adapters.postgres.storage import postgres_storage
from postgres.http_clients import book, people
from postgres.servers import Server, becomes_true, servers

pytestmark = pytest.mark.flaky(reruns=1)  # starts programs, which a full machine gives no turn

REQUESTS = 30


async def test_every_log_line_is_json_with_route_and_user_and_without_content(database: str, tmp_path: Path) -> None:
    own = await connect(database, PoolLimits(min_size=1, max_size=1))
    session = await stored_session(postgres_storage(own), max_participants=1)
    buyers = await people(postgres_storage(own), 2)
    await own.close()
    async with servers(1, database, tmp_path, workers=2) as [server]:
        answers = [await book(server, buyer, session, starts_at=TOMORROW) for buyer in buyers]
        await server.client.post("/api/auth/login/", json={"email": "ada@example.org", "password": "correct horse"})
        await server.client.get("/api/sessions/?search=whisper")
        assert await becomes_true(lambda: len(server.logged("request")) >= len(buyers) + 2, 60)
        output = server.log.read_text()

    # each worker gathers its own
    lines = sorted(map(json.loads, output.splitlines()), key=itemgetter("time"))
    bookings = [line for line in lines if line.get("route") == "/api/bookings"]
    assert [(line["status"], line.get("code")) for line in bookings] == [(201, None), (409, "sold_out")]
    assert [line["request_id"] for line in bookings] == [answer.headers["x-request-id"] for answer in answers]
    assert all(line["person_id"] and line["statements"] and line["database_ms"] for line in bookings)
    tokens = [buyer.headers["Authorization"].removeprefix("Bearer ") for buyer in buyers]
    assert not any(word in output for word in ("ada@example.org", "correct horse", "whisper", *tokens))


def of_the_list(server: Server) -> list[dict[str, Any]]:
    return [line for line in server.logged("request") if line["route"] == "/api/sessions"]


async def test_log_lines_of_concurrent_requests_do_not_mix_and_outlive_sigterm(database: str, tmp_path: Path) -> None:
    async with servers(1, database, tmp_path, pool_max_size=1, pool_min_size=1, pool_acquire_timeout=0.1) as [server]:
        names = [f"request-{number:03}" for number in range(REQUESTS)]
        # each reads for itself
        sent = [server.client.get(f"/api/sessions/?tag={name}", headers={"X-Request-Id": name}) for name in names]
        answers = await asyncio.gather(*sent)
        assert await becomes_true(lambda: len(of_the_list(server)) == REQUESTS, 60)
        lines = server.lines()
        await server.client.get("/api/marketplace/", headers={"X-Request-Id": "the-last-one"})
        server.process.send_signal(SIGTERM)
        await asyncio.to_thread(server.process.wait, 60)
        last = [line for line in server.logged("request") if line["request_id"] == "the-last-one"]

    assert len(last) == 1
    received = {line["request_id"]: line["status"] for line in of_the_list(server)}
    assert received == {name: answer.status_code for name, answer in zip(names, answers, strict=True)}
    refused = {name for name, status in received.items() if status == 503}
    warned = {line["request_id"] for line in lines if "was refused" in line["event"]}
    assert warned - {line["request_id"] for line in lines if line.get("route") == "/health/ready"} == refused
