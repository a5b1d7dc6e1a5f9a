"""Connections of the real program whose clients sent more than was read."""

import asyncio
import re
from pathlib import Path

from postgres.servers import becomes_true, servers

JSON = {"Content-Type": "application/json"}
TWO_READINGS = {
    "length and encoding": b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "two lengths": b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}x",
    "unknown encoding": b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "encoding before chunks": b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
}
"""Ends of heads of which two servers may read where the body ends at different places."""


async def test_refused_large_body_is_answered_and_connection_stays_usable(database: str, tmp_path: Path) -> None:
    async with servers(1, database, tmp_path) as [server]:
        for size in [400_000, 2_000_000] * 10:
            refused = await server.client.post("/api/bookings/", content=b"[" * size, headers=JSON)
            assert refused.status_code == 401
            assert (await server.client.post("/api/auth/login/", json={})).status_code == 400


async def test_malformed_chunk_is_refused_and_client_that_leaves_is_no_error(database: str, tmp_path: Path) -> None:
    head = b"POST /api/auth/login/ HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    async with servers(1, database, tmp_path, log_format="json") as [server]:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(head + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n")
        assert (await reader.readline()).startswith(b"HTTP/1.1 400 ")
        writer.close()
        for _ in range(5):
            _, leaving = await asyncio.open_connection("127.0.0.1", server.port)
            leaving.write(head + b'Content-Length: 100\r\n\r\n{"email":')
            await leaving.drain()
            leaving.close()

        def answered() -> list[int]:
            return [line["status"] for line in server.logged("request") if line["method"] == "POST"]

        assert await becomes_true(lambda: len(answered()) == 6, 30), server.log.read_text()

    assert {status for status in answered() if status >= 500} == set()
    assert server.failures() == []


async def test_body_of_two_readings_is_refused_and_its_connection_closed(tmp_path: Path) -> None:
    async with servers(1, "", tmp_path, storage="memory") as [server]:
        answered = {}
        for name, end in TWO_READINGS.items():
            reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
            writer.write(b"POST /api/auth/login/ HTTP/1.1\r\nHost: localhost\r\n" + end)
            writer.write(b"GET /api/marketplace/ HTTP/1.1\r\nHost: localhost\r\n\r\n")
            answered[name] = re.findall(rb"HTTP/1.1 (\d+)", await asyncio.wait_for(reader.read(), 30))
            writer.close()

    assert answered == {name: [b"400"] for name in TWO_READINGS}
