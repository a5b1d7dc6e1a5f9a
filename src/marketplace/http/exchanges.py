"""What operators may know of each request and its answer: enough to find trouble, nothing that anybody said."""

import asyncio
import re
import secrets
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any, cast
from uuid import UUID

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from marketplace.core.entities.tokens import Caller
from marketplace.core.ports.effort import EFFORT, Effort

KEY = "marketplace.exchange"
FILE = "/{file}"
"""The route of all files of the front end."""
REQUEST_ID = b"x-request-id"
TRACE_PARENT = b"traceparent"
SANE = re.compile(rb"[A-Za-z0-9][A-Za-z0-9._:=-]{7,127}")
"""What a proxy may call a request; anything else is called anew, and cannot write into a log."""
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
CLIENT_LEFT = 499
"""The status, in logs only, of a request whose client went away before the answer began."""


@dataclass(slots=True)
class Exchange:
    """One request and its answer. `route` is a template and empty where there is none; `code` that of a refusal."""

    request_id: str
    method: str
    client: str
    route: str = ""
    person_id: UUID | None = None
    status: int = 0
    code: str = ""
    is_replayed: bool = False
    began: float = 0.0
    """By `perf_counter`."""
    seconds: float = 0.0
    parent: str = ""
    """The `traceparent` that it came with."""
    trace_id: str = ""
    effort: Effort = field(default_factory=Effort)


UNDER_WAY: ContextVar[Exchange | None] = ContextVar("under_way", default=None)
"""The exchange that a line of the log belongs to, `None` outside of any."""

Watcher = Callable[[Exchange], None]
"""Is told of each exchange once it is over. Must be quick and raise nothing."""


def watched(app: ASGIApp, watchers: Sequence[Watcher]) -> ASGIApp:
    """The application, with every request named, its name in the answer, and the watchers told of it."""

    async def watch(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return
        exchange = _begun(scope)
        name = exchange.request_id.encode()

        async def send_named(message: Message) -> None:
            if message["type"] == "http.response.start":
                exchange.status = message["status"]
                headers = message.get("headers", ())
                exchange.is_replayed = any(header.lower() == b"idempotency-replayed" for header, _ in headers)
                # a message may be sent again, as those of files are
                message = {**message, "headers": [*headers, (REQUEST_ID, name)]}
            await send(message)

        effort, under_way = EFFORT.set(exchange.effort), UNDER_WAY.set(exchange)
        exchange.began = perf_counter()
        try:
            await app(scope, receive, send_named)
        except asyncio.CancelledError:
            exchange.status = exchange.status or CLIENT_LEFT
            raise
        except Exception:
            exchange.status = exchange.status or 500
            raise
        finally:
            exchange.seconds = perf_counter() - exchange.began
            EFFORT.reset(effort)
            UNDER_WAY.reset(under_way)
            for watcher in watchers:
                watcher(exchange)

    return watch


def routed(app: ASGIApp) -> ASGIApp:
    """The application, whose route and caller are noted: `HEAD` is answered with a scope of its own, so within that."""

    async def note(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await app(scope, receive, send)
        finally:
            exchange = exchange_of(scope)
            if exchange is not None:
                exchange.route = scope.get("path_template", "")
                caller = scope.get("user")
                exchange.person_id = caller.user_id if isinstance(caller, Caller) else None

    return note


def exchange_of(scope: Any) -> Exchange | None:
    """That of a request, `None` where nobody watches."""
    return cast("Exchange | None", scope.get(KEY))


def _begun(scope: Any) -> Exchange:
    given, parent = b"", b""
    for name, value in scope["headers"]:
        if name == REQUEST_ID:
            given = value
        elif name == TRACE_PARENT:
            parent = value
    client = scope.get("client")
    exchange = Exchange(
        request_id=given.decode() if SANE.fullmatch(given) else secrets.token_hex(16),
        method=scope["method"] if scope["method"] in METHODS else "OTHER",
        client=client[0] if client else "",
    )
    exchange.parent = parent.decode("latin-1")
    scope[KEY] = exchange
    return exchange
