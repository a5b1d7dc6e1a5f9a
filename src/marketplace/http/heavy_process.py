"""Hands heavy requests to a process of their own, and answers them there (decision 0094).

A worker relays such a request over a Unix socket, as messages of ASGI, before it does anything else. The other process
runs the same application, so authorization, log and answer are the same.
"""

import asyncio
import re
from collections.abc import Awaitable
from contextlib import suppress
from typing import Any

import msgspec
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from marketplace.core.errors import Busy
from marketplace.http.answers import Ask
from marketplace.http.middleware.one_host import send_answer
from marketplace.http.problems import refuse
from marketplace.settings import PREFIX

HEAVY_SOCKET = f"{PREFIX}HEAVY_SOCKET"
"""Internal variable: the path of the Unix socket at which the process listens."""
FORWARDED = re.compile(
    r"(GET|HEAD) /api/(calendar/[^/]+\.ics|(auth|creator/earnings)/export)/?"
    r"|(GET|HEAD) /api/admin/(users|sessions|bookings|audit)(/export)?/?"
    r"|POST /api/sessions/[^/]+/schedule/preview/?"
)
"""Method and path of what takes tens of milliseconds of Python, which no other request can use meanwhile."""
SCOPE = ("method", "path", "raw_path", "query_string", "headers", "client", "server", "scheme", "http_version")
CONNECT_TIMEOUT = 5.0
"""Seconds; the process loads the application with its first request, but accepts before."""
LET_GO_WITHIN = 10.0
"""Seconds; a worker closes as soon as it has read the answer."""
MAX_READ = 64 * 1024
MAX_FRAME = 64 * 1024 * 1024
"""Bytes of a frame, which both ends write themselves."""

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder().decode


def with_heavy_process(app: ASGIApp, state: Any) -> ASGIApp:
    """Wrap `app` to hand what is `FORWARDED` to the process that listens at `state["heavy_socket"]`, if it is set."""

    def answer(scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        if scope["type"] != ScopeType.HTTP or not FORWARDED.fullmatch(f"{scope['method']} {scope['path']}"):
            return app(scope, receive, send)
        path = state.get("heavy_socket")
        return app(scope, receive, send) if path is None else hand_on(scope, receive, send, path)

    async def hand_on(scope: Scope, receive: Receive, send: Send, path: str) -> None:
        try:
            async with asyncio.timeout(CONNECT_TIMEOUT):
                connection = await asyncio.open_unix_connection(path)
        except (OSError, TimeoutError) as error:
            await _refuse(scope, send, error)
            return
        await _relay(scope, receive, send, *connection)

    return answer


async def _relay(
    scope: Any, receive: Receive, send: Send, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """Relay a request, and then the answer; close the connection when the client has left, which cancels the work."""
    writer.write(_framed({name: scope[name] for name in SCOPE if name in scope}))
    sending = asyncio.ensure_future(_send_body(receive, writer))
    has_started = False
    try:
        while (message := await _read_frame(reader)) is not None:
            has_started = True
            if message["type"] == "http.response.start":
                message["headers"] = [tuple(header) for header in message["headers"]]
            await send(message)
            if message["type"] == "http.response.body" and not message.get("more_body"):
                return
        if sending.done() and sending.result():
            return
        if has_started:
            raise ConnectionResetError("The process for heavy work ended.")
        await _refuse(scope, send, ConnectionResetError())
    finally:
        sending.cancel()
        writer.close()
        with suppress(OSError, asyncio.CancelledError):
            await asyncio.gather(sending, return_exceptions=True)


async def _send_body(receive: Receive, writer: asyncio.StreamWriter) -> bool:
    """Send the messages of the client until it leaves. Return whether it did, or else the process is gone."""
    with suppress(OSError):
        while True:
            message: Any = await receive()
            if message["type"] == "http.disconnect":
                writer.close()
                return True
            writer.write(_framed(message))
            await writer.drain()
    return False


async def _refuse(scope: Any, send: Send, cause: BaseException) -> None:
    error = Busy()
    error.__cause__ = cause
    await send_answer(refuse(Ask(scope), error), send)


async def answer_connection(app: Any, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answer the one request of a connection; cancel it when the other end closes the connection."""
    try:
        request = await _read_frame(reader)
        if request is not None:
            scope = _scope_of(request)
            received: asyncio.Queue[Any] = asyncio.Queue(1)

            async def send(message: Any) -> None:
                writer.write(_framed(message))
                await writer.drain()

            working = asyncio.ensure_future(app(scope, received.get, send))
            reading = asyncio.ensure_future(_read_body(reader, received, working))
            try:
                await asyncio.wait([working])
            finally:
                working.cancel()
                reading.cancel()
                await asyncio.gather(working, reading, return_exceptions=True)
            await _let_go(reader, writer)
    finally:
        with suppress(OSError):
            writer.close()


async def _let_go(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Wait until the other end closes. To close before all of a body has come would take back what was written."""
    with suppress(OSError, TimeoutError):
        async with asyncio.timeout(LET_GO_WITHIN):
            writer.write_eof()
            while await reader.read(MAX_READ):
                pass


async def _read_body(reader: asyncio.StreamReader, received: asyncio.Queue[Any], working: asyncio.Future[None]) -> None:
    """Pass on what is received as the application asks for it, and cancel the work at the end of the connection."""
    while (message := await _read_frame(reader)) is not None:
        await received.put(message)
    working.cancel()


def _scope_of(request: dict[str, Any]) -> dict[str, Any]:
    scope = {"type": "http", "asgi": {"version": "3.0"}, "root_path": "", "extensions": {}, "state": {}} | request
    scope["headers"] = [tuple(header) for header in request["headers"]]
    scope["client"] = request["client"] and tuple(request["client"])
    return scope


def _framed(message: Any) -> bytes:
    encoded = _encode(message)
    return len(encoded).to_bytes(4, "big") + encoded


async def _read_frame(reader: asyncio.StreamReader) -> Any:
    """Return the next message, or `None` at the end of the connection."""
    try:
        size = int.from_bytes(await reader.readexactly(4), "big")
        return _decode(await reader.readexactly(size)) if size <= MAX_FRAME else None
    except (asyncio.IncompleteReadError, OSError):
        return None
