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

from marketplace.core.domain.principals import Principal
from marketplace.telemetry.database_timing import DATABASE_TIMING, DatabaseTiming

KEY = "marketplace.exchange"
FILE = "/{file}"
"""The route of all files of the front end."""
REQUEST_ID = b"x-request-id"
TRACE_PARENT = b"traceparent"
ACCEPTED_REQUEST_ID = re.compile(rb"[A-Za-z0-9][A-Za-z0-9._:=-]{7,127}")
"""What a proxy may call a request; anything else is called anew, and cannot write into a log."""
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
CLIENT_LEFT = 499
"""The status, in logs only, of a request whose client went away before the answer began."""


@dataclass(slots=True)
class RequestRecord:
    """One request and its answer. `route` is a template and empty where there is none; `code` that of a refusal."""

    request_id: str
    method: str
    client: str
    route: str = ""
    person_id: UUID | None = None
    status: int = 0
    code: str = ""
    is_replayed: bool = False
    started: float = 0.0
    """By `perf_counter`."""
    seconds: float = 0.0
    parent: str = ""
    """The `traceparent` that it came with."""
    trace_id: str = ""
    timing: DatabaseTiming = field(default_factory=DatabaseTiming)


CURRENT_REQUEST: ContextVar[RequestRecord | None] = ContextVar("under_way", default=None)
"""The exchange that a line of the log belongs to, `None` outside of any."""

RequestObserver = Callable[[RequestRecord], None]
"""Is told of each exchange once it is over. Must be quick and raise nothing."""


def with_request_records(app: ASGIApp, observers: Sequence[RequestObserver]) -> ASGIApp:
    """The application, with every request named, its name in the answer, and the watchers told of it."""

    async def watch(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return
        record = _new_record(scope)
        name = record.request_id.encode()

        async def send_named(message: Message) -> None:
            if message["type"] == "http.response.start":
                record.status = message["status"]
                headers = message.get("headers", ())
                record.is_replayed = any(header.lower() == b"idempotency-replayed" for header, _ in headers)
                # a message may be sent again, as those of files are
                message = {**message, "headers": [*headers, (REQUEST_ID, name)]}
            await send(message)

        timing, under_way = DATABASE_TIMING.set(record.timing), CURRENT_REQUEST.set(record)
        record.started = perf_counter()
        try:
            await app(scope, receive, send_named)
        except asyncio.CancelledError:
            record.status = record.status or CLIENT_LEFT
            raise
        except Exception:
            record.status = record.status or 500
            raise
        finally:
            record.seconds = perf_counter() - record.started
            DATABASE_TIMING.reset(timing)
            CURRENT_REQUEST.reset(under_way)
            for observer in observers:
                observer(record)

    return watch


def with_route_recorded(app: ASGIApp) -> ASGIApp:
    """The application, whose route and caller are noted: `HEAD` is answered with a scope of its own, so within that."""

    async def note(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await app(scope, receive, send)
        finally:
            record = request_record_of(scope)
            if record is not None:
                record.route = scope.get("path_template", "")
                principal = scope.get("user")
                record.person_id = principal.user_id if isinstance(principal, Principal) else None

    return note


def request_record_of(scope: Any) -> RequestRecord | None:
    """That of a request, `None` where nobody watches."""
    return cast("RequestRecord | None", scope.get(KEY))


def _new_record(scope: Any) -> RequestRecord:
    provided, parent = b"", b""
    for name, value in scope["headers"]:
        if name == REQUEST_ID:
            provided = value
        elif name == TRACE_PARENT:
            parent = value
    client = scope.get("client")
    record = RequestRecord(
        request_id=provided.decode() if ACCEPTED_REQUEST_ID.fullmatch(provided) else secrets.token_hex(16),
        method=scope["method"] if scope["method"] in METHODS else "OTHER",
        client=client[0] if client else "",
    )
    record.parent = parent.decode("latin-1")
    scope[KEY] = record
    return record
