"""The streams' route in front of the framework, whose container would live as long as a stream."""

import asyncio
import re
from collections.abc import Awaitable
from time import perf_counter
from typing import Any
from uuid import UUID

from dishka import AsyncContainer
from litestar.config.cors import CORSConfig
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Receive, Scope, Send

from marketplace.http.answers import Ask, headers_of
from marketplace.http.api.live import EVENT_STREAM
from marketplace.http.live.live_seats import LiveSeats
from marketplace.http.live.stream import Stream
from marketplace.http.middleware.one_host import has_one_host
from marketplace.http.problems import SAFE_HEADERS, answer_error
from marketplace.http.security.rate_limits import client_network
from marketplace.telemetry.request_log import note_quota, request_record_of

PATH = re.compile(r"/api/sessions/([^/]+)/live/?")
TEMPLATE = "/api/sessions/{session_id}/live"
HEADERS = {"content-type": EVENT_STREAM, "x-accel-buffering": "no"} | {
    name.lower(): value for name, value in SAFE_HEADERS.items()
}
"""nginx, and proxies that follow it, pass on each message at once because of `X-Accel-Buffering`."""
FULL_RETRY = "30"
"""Seconds after which a client may find room, or another process."""


def with_live_streams(app: ASGIApp, state: Any, cors: CORSConfig | None) -> ASGIApp:
    """Wrap `app` to answer GET of `TEMPLATE` itself. `state` has the container; a token is ignored."""

    def answer(scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        match = PATH.fullmatch(scope["path"]) if scope["type"] == ScopeType.HTTP and scope["method"] == "GET" else None
        session_id = _id_of(match[1]) if match and has_one_host(scope) else None
        if session_id is None:
            return app(scope, receive, send)
        return stream_seats(scope, receive, send, session_id)

    async def stream_seats(scope: Any, receive: Receive, send: Send, session_id: UUID) -> None:
        scope["path_template"] = TEMPLATE
        record = request_record_of(scope)
        if record is not None:
            record.route = TEMPLATE
        ask = Ask(scope)
        headers = _cors_headers(ask, cors)
        try:
            container: AsyncContainer = state.dishka_container
            live = await container.get(LiveSeats)
            version, network = next(iter(headers_of(ask, b"last-event-id")), ""), client_network(ask)
            try:
                topic, stream = await live.join(session_id, network, version)
            finally:
                note_quota(live.quota_of(network))
        except Exception as error:  # noqa: BLE001 - the framework's handler of errors is not around this
            refused = answer_error(ask, error)
            own = {"retry-after": FULL_RETRY} if refused.status == 503 else {}  # noqa: PLR2004 - Busy
            shown = {name.lower(): value for name, value in refused.headers.items()} | own | headers
            length = {"content-type": refused.media_type, "content-length": str(len(refused.body))}
            await send(_start(refused.status, length | shown))
            await send({"type": "http.response.body", "body": refused.body, "more_body": False})
            return
        try:
            await send(_start(200, HEADERS | headers))
            if record is not None:
                # the rest is not the time that the answer took
                record.answered = perf_counter()
            await _send_messages(stream, receive, send)
        finally:
            live.leave(topic, stream)

    return answer


async def _send_messages(stream: Stream, receive: Receive, send: Send) -> None:
    """Send messages until the stream is over. The server says only by `receive` that a client has left."""
    leaving = asyncio.ensure_future(_wait_until_left(stream, receive))
    try:
        while (message := await stream.next()) is not None:
            await send({"type": "http.response.body", "body": message, "more_body": True})
    finally:
        leaving.cancel()
    await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _wait_until_left(stream: Stream, receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    stream.leave()


def _id_of(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _cors_headers(ask: Ask, cors: CORSConfig | None) -> dict[str, str]:
    """Return what the framework adds for an allowed origin; without one, that the answer depends on it."""
    if cors is None:
        return {}
    origin = next(iter(headers_of(ask, b"origin")), "")
    if not origin or not cors.is_origin_allowed(origin):
        return {"vary": "origin"}
    shared = {name.lower(): value for name, value in cors.simple_headers.items()}
    return {"vary": "origin", "access-control-allow-origin": origin} | shared


def _start(status: int, headers: dict[str, str]) -> Any:
    encoded = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
    return {"type": "http.response.start", "status": status, "headers": encoded}
