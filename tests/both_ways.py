"""Sends requests to the lane's routes the framework's way, too, and compares the responses and request records."""

import logging
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from functools import cached_property
from typing import Any

from dishka import AsyncContainer
from litestar import Litestar

from marketplace.http.app import make_app
from marketplace.http.lane import FUNCTIONS
from marketplace.settings import Settings
from marketplace.telemetry.request_log import SCOPE_KEY, RequestObserver

Message = dict[str, Any]

STREAM = re.compile(r"/api/sessions/[^/]+/live/?")
"""Paths of event streams. `event_streams.py` reads them."""


class BothWays:
    """ASGI application that answers as the marketplace does, and raises if it would answer otherwise without a lane.

    Both have the same storage. So requests with effects are compared only if they had none: refusals and replays.
    """

    def __init__(self, settings: Settings, container: AsyncContainer) -> None:
        self._settings = settings
        self._observers: list[RequestObserver] = []
        self.app = make_app(settings, container, self._observers)
        self.compares = True
        """Set to `False` to count what a request does once."""

    @cached_property
    def framework(self) -> Litestar:
        """The application without a lane; built when it is first needed."""
        return make_app(self._settings, self.app.state.dishka_container, has_lane=False)

    def use(self, container: AsyncContainer, observers: Sequence[RequestObserver]) -> None:
        """Continue with another storage and other observers."""
        self._observers[:] = observers
        self.compares = True
        self.app.state.dishka_container = container
        if "framework" in vars(self):
            self.framework.state.dishka_container = container

    async def _begin_stream(self, scope: Any, receive: Any, send: Any) -> None:
        """Answer with the beginning of a stream, as to a client that leaves at once: this one reads whole responses."""
        status = 0
        messages = [{"type": "http.disconnect"}, {"type": "http.request", "body": b"", "more_body": False}]

        async def receive_and_leave() -> Any:
            return messages.pop() if messages else await receive()

        async def send_empty(message: Any) -> None:
            nonlocal status
            status = message.get("status", status)
            is_stream = status == 200 and scope["method"] == "GET" and message["type"] == "http.response.body"
            await send({**message, "body": b""} if is_stream else message)

        await self.app(scope, receive_and_leave if scope["method"] == "GET" else receive, send_empty)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if STREAM.fullmatch(scope["path"]):
            await self._begin_stream(scope, receive, send)
            return
        if not self.compares:
            await self.app(scope, receive, send)
            return
        original: Any = dict(scope)
        sent: list[Message] = []
        received: list[Message] = []

        async def receive_recorded() -> Any:
            message = await receive()
            received.append(message)
            return message

        async def record(message: Any) -> None:
            sent.append(dict(message))
            await send(message)

        await self.app(scope, receive_recorded, record)
        operation = getattr(scope.get("route_handler"), "operation_id", None)
        if operation not in FUNCTIONS or not (original["method"] == "GET" or _had_no_effect(sent)):
            return
        request_id = next(value for name, value in sent[0]["headers"] if name == b"x-request-id")
        original["headers"] = [header for header in original["headers"] if header[0] != b"x-request-id"]
        original["headers"].append((b"x-request-id", request_id))
        again: list[Message] = []
        unread = iter(received)

        async def receive_again() -> Any:
            for message in unread:
                return message
            return await receive()

        async def record_again(message: Any) -> None:
            again.append(dict(message))

        with _without_logs():
            await self.framework(original, receive_again, record_again)
        ours, theirs = (record_of(scope), *_response(sent)), (record_of(original), *_response(again))
        assert ours == theirs, f"{operation}: {ours} != {theirs}"


def record_of(scope: Any) -> Message:
    """Return what is recorded of a request that has ended, except times."""
    record = asdict(scope[SCOPE_KEY])
    return {name: value for name, value in record.items() if name not in {"started", "seconds", "timing"}}


@contextmanager
def _without_logs() -> Iterator[None]:
    """Keep what a request logs from being logged twice."""
    before = logging.root.manager.disable
    logging.disable()
    try:
        yield
    finally:
        logging.disable(before)


def _had_no_effect(sent: list[Message]) -> bool:
    """Return whether the request was a replay, or a refusal that is not audited."""
    if b"impersonated_read_only" in sent[-1]["body"]:
        return False
    return sent[0]["status"] >= 400 or (b"idempotency-replayed", b"true") in sent[0]["headers"]


def _response(sent: list[Message]) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    start, *rest = sent
    body = b"".join(message["body"] for message in rest)
    if (b"content-encoding", b"gzip") in start["headers"]:
        body = body[:4] + body[8:]  # without the time of compression (RFC 1952)
    return start["status"], list(start["headers"]), body
