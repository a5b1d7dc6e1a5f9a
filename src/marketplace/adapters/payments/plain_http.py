"""HTTP/1.1 between the programs of this project: kept connections, and responses whose length is announced.

A request costs 0.1 ms of CPU. By a general client it costs ten times as much, more than all the rest of opening a page.
"""

import asyncio
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import NamedTuple
from urllib.parse import urlsplit

HEAD_ENDS, LINE_ENDS = b"\r\n\r\n", b"\r\n"
KEPT_FOR = 3.0
"""Seconds that a connection is kept without a request: less than any server of ours does."""
LENGTH, CLOSES = b"content-length", b"close"

Place = tuple[str, str]
"""Scheme, and name with port."""
Stream = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Response(NamedTuple):
    """A status and a body."""

    status: int
    body: bytes

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300  # noqa: PLR2004 - RFC 9110, section 15


class PlainClient:
    """Sends requests. Every one raises `TimeoutError`, or `OSError` if no whole response comes.

    Times are in seconds. A request that failed may have had its effect; none is sent again.
    """

    def __init__(self, *, timeout: float, connect_timeout: float) -> None:
        self._timeout = timeout
        self._connect_timeout = connect_timeout
        self._kept: dict[Place, list[tuple[float, Stream]]] = {}

    async def request(self, method: str, url: str, headers: Mapping[str, str], body: bytes = b"") -> Response:
        """Send a request to an address such as `http://127.0.0.1:8010/v1/payments?since=0`."""
        site = urlsplit(url)
        target = f"{site.path or '/'}?{site.query}" if site.query else site.path or "/"
        head = {"host": site.netloc, "content-length": str(len(body)), **headers}
        lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
        sent = f"{method} {target} HTTP/1.1\r\n{lines}\r\n".encode("latin-1") + body
        place = (site.scheme, site.netloc)
        stream = self._take(place)
        if stream is None:
            is_encrypted = site.scheme == "https"
            async with asyncio.timeout(self._connect_timeout):
                port = site.port or (443 if is_encrypted else 80)
                stream = await asyncio.open_connection(site.hostname, port, ssl=is_encrypted or None)
        is_kept = False
        try:
            stream[1].write(sent)
            async with asyncio.timeout(self._timeout):
                response, is_kept = await _response(stream[0])
        except asyncio.IncompleteReadError as error:
            raise ConnectionResetError("the connection ended before the response") from error
        except (asyncio.LimitOverrunError, ValueError) as error:
            raise ConnectionError("the response cannot be read") from error
        finally:
            if is_kept:
                self._kept.setdefault(place, []).append((time.monotonic(), stream))
            else:
                stream[1].close()
        return response

    async def close(self) -> None:
        """Close the connections."""
        for _, (_, writer) in (each for kept in self._kept.values() for each in kept):
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()
        self._kept.clear()

    def _take(self, place: Place) -> Stream | None:
        """Return a connection that is still open. The newest first: the others end."""
        kept = self._kept.get(place, [])
        while kept:
            since, (reader, writer) = kept.pop()
            if time.monotonic() - since < KEPT_FOR and not reader.at_eof() and not writer.is_closing():
                return reader, writer
            writer.close()
        return None


async def _response(reader: asyncio.StreamReader) -> tuple[Response, bool]:
    """Return a response, and whether its connection is kept. Raises `ValueError` if its length is not announced."""
    head = (await reader.readuntil(HEAD_ENDS)).removesuffix(HEAD_ENDS)
    first, *lines = head.split(LINE_ENDS)
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(b":") for line in lines)}
    _, code, *_ = first.split(maxsplit=2)
    status = int(code)
    length = int(headers.get(LENGTH, b"" if status != 204 else b"0"))  # noqa: PLR2004 - RFC 9110, section 8.6
    body = await reader.readexactly(length)
    return Response(status, body), headers.get(b"connection", b"").lower() != CLOSES
