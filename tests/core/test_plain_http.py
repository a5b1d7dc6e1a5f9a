"""Requests to a program of ours: connections are kept while they are open, and no half response counts."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from marketplace.adapters.payments.plain_http import PlainClient

HELLO = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"


class Site:
    """Answers each request with the next of `answers`, and closes the connection after those that end with a mark."""

    def __init__(self, *answers: bytes) -> None:
        self.answers, self.requests, self.connections, self.url = [*answers], list[bytes](), 0, ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while request := await reader.read(65536):
                self.requests.append(request)
                answer = self.answers.pop(0)
                writer.write(answer.removesuffix(b"END"))
                await writer.drain()
                if answer.endswith(b"END"):
                    break
        finally:
            writer.close()


@asynccontextmanager
async def site(*answers: bytes) -> AsyncIterator[tuple[Site, PlainClient]]:
    found, client = Site(*answers), PlainClient(timeout=0.3, connect_timeout=1)
    server = await asyncio.start_server(found.serve, "127.0.0.1", 0)
    found.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/a?b=c"
    try:
        yield found, client
    finally:
        await client.close()
        server.close()


async def test_requests_share_a_connection() -> None:
    async with site(HELLO, b"HTTP/1.1 204 No Content\r\n\r\n", b"HTTP/1.1 409 -\r\ncontent-length: 0\r\n\r\n") as (
        there,
        client,
    ):
        answers = [await client.request("POST", there.url, {"x-key": "1"}, b"body") for _ in range(3)]

        assert [(each.status, each.body, each.is_success) for each in answers] == [
            (200, b"hello", True),
            (204, b"", True),
            (409, b"", False),
        ]
        assert there.connections == 1
        host = there.url.split("/")[2].encode()
        assert there.requests[0] == (
            b"POST /a?b=c HTTP/1.1\r\nhost: " + host + b"\r\ncontent-length: 4\r\nx-key: 1\r\n\r\nbody"
        )


@pytest.mark.parametrize("first", [HELLO + b"END", HELLO.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n")])
async def test_connection_that_ends_is_replaced(first: bytes) -> None:
    async with site(first, HELLO) as (there, client):
        for _ in range(2):
            assert (await client.request("GET", there.url, {})).body == b"hello"
            await asyncio.sleep(0.05)

        assert there.connections == 2


@pytest.mark.parametrize(
    "answer", [HELLO[:-1] + b"END", b"END", b"HTTP/1.1 200 OK\r\n\r\nhello", b"\r\n\r\n", b"HTTP/1.1 200 OK\r\nEND"]
)
async def test_response_that_is_not_whole_is_an_error_and_asked_for_once(answer: bytes) -> None:
    async with site(answer) as (there, client):
        with pytest.raises(OSError):
            await client.request("GET", there.url, {})

        assert len(there.requests) == 1


async def test_response_that_never_comes_times_out() -> None:
    async with site(b"", HELLO) as (there, client):
        with pytest.raises(TimeoutError):
            await client.request("GET", there.url, {})
        assert (await client.request("GET", there.url, {})).body == b"hello"

        assert there.connections == 2


async def test_program_that_is_away_is_an_error() -> None:
    async with site() as (there, client):
        url = there.url
    with pytest.raises(OSError):
        await client.request("GET", url, {})
