"""Clients of our own that are slow, against the real program: it does not wait for them for ever."""

import asyncio
import time
from pathlib import Path
from typing import Any

import pytest

from http_api import a_registration
from marketplace.http.answers import ArrivalTimes
from postgres.servers import Server, becomes_true, servers

pytestmark = pytest.mark.flaky(reruns=1)  # starts programs, which a full machine gives no turn

HEAD_SECONDS = 10
LATE = 10
"""Seconds that a busy machine may add."""
HEAD = b"POST /api/auth/login/ HTTP/1.1\r\nHost: localhost\r\n"
DECLARED = HEAD + b"Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n"

BOOKING = b"POST /api/bookings/ HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer %s\r\nContent-Length: 9\r\n\r\n"

EMPTY_SETTINGS = b"\x00\x00\x00\x04\x00\x00\x00\x00\x00"
HTTP_2 = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + EMPTY_SETTINGS


async def answer_to(server: Server, sent: bytes, slowly: bytes = b"") -> tuple[bytes, float]:
    """Send the first bytes at once and others one a second; return the answer, and after how many seconds it ended."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    started = time.monotonic()
    writer.write(sent)

    async def send_on() -> None:
        for byte in slowly:
            await asyncio.sleep(1)
            writer.write(bytes([byte]))

    sending = asyncio.create_task(send_on())
    try:
        async with asyncio.timeout(HEAD_SECONDS + LATE):
            return await reader.read(), time.monotonic() - started
    finally:
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        writer.close()


def too_slow(server: Server) -> list[dict[str, Any]]:
    return [line for line in server.logged("request") if line.get("code") == "body_too_slow"]


async def access_token(server: Server) -> bytes:
    person = a_registration()
    (await server.client.post("/api/auth/register/", json=person)).raise_for_status()
    credentials = {"email": person["email"], "password": person["password"]}
    token: str = (await server.client.post("/api/auth/login/", json=credentials)).json()["access"]
    return token.encode()


async def test_slow_requests_are_ended_and_others_answered_meanwhile(database: str, tmp_path: Path) -> None:
    async with servers(1, database, tmp_path) as [server]:
        slow = [
            answer_to(server, b""),
            answer_to(server, HEAD, b"X-Slow: aaaaaaaaaaaaaaaaaaaaaaaa"),
            answer_to(server, DECLARED, b'{"email": "ada@example.org" '),
            answer_to(server, BOOKING % await access_token(server)),
        ]
        waiting = asyncio.gather(*slow)
        await asyncio.sleep(1)
        assert (await server.client.get("/health/live")).status_code == 200
        unsent, head, body, booking = await waiting
        large, _ = await answer_to(server, HEAD + b"X-Large: " + b"a" * 300_000 + b"\r\nConnection: close\r\n\r\n")
        assert await becomes_true(lambda: len(too_slow(server)) == 2, 60), server.log.read_text()
        logged = too_slow(server)

    assert (unsent[0], head[0]) == (b"", b"")
    assert min(unsent[1], head[1]) >= HEAD_SECONDS - 1
    for answer, seconds in (body, booking):
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert b'"code":"body_too_slow"' in answer
        assert b"connection: close" in answer.lower()
        assert seconds >= ArrivalTimes().body
    assert large.startswith(b"HTTP/1.1 431 ")
    assert {line["route"] for line in logged} == {"/api/auth/login", "/api/bookings"}
    assert {line["status"] for line in logged} == {408}


async def test_http_2_is_not_spoken_in_plain_text(database: str, tmp_path: Path) -> None:
    async with servers(1, database, tmp_path) as [server]:
        answer, _ = await answer_to(server, HTTP_2)

    assert not answer.startswith(EMPTY_SETTINGS[:2])
