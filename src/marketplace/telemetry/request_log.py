"""Records each request and its response for logs, metrics and traces: metadata for diagnosis, no user content."""

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
from marketplace.core.domain.rate_limits import Quota
from marketplace.telemetry.database_timing import DATABASE_TIMING, DatabaseTiming

SCOPE_KEY = "marketplace.request_record"
FILE = "/{file}"
"""Route label shared by all files of the front end."""
REQUEST_ID = b"x-request-id"
TRACE_PARENT = b"traceparent"
ACCEPTED_REQUEST_ID = re.compile(rb"[A-Za-z0-9][A-Za-z0-9._:=-]{7,127}")
"""Request ids accepted from a proxy. Others are replaced, to prevent log injection."""
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
CLIENT_DISCONNECTED = 499
"""Status recorded when the client disconnected before the response started; never sent."""


@dataclass(slots=True)
class RequestRecord:
    """One request and its response.

    `route` is the path template, empty if none matched. `code` is the code of the problem details, empty on success.
    """

    request_id: str
    method: str
    client: str
    route: str = ""
    person_id: UUID | None = None
    status: int = 0
    code: str = ""
    is_replayed: bool = False
    started: float = 0.0
    """Start by `perf_counter`."""
    answered: float = 0.0
    """When a response that stays open was answered, by `perf_counter`; 0 if the answer ends with the response."""
    seconds: float = 0.0
    parent: str = ""
    """The `traceparent` header (W3C Trace Context)."""
    trace_id: str = ""
    quotas: dict[str, Quota] = field(default_factory=dict)
    """What is left of the rate limits that the request was counted for, by their names."""
    timing: DatabaseTiming = field(default_factory=DatabaseTiming)


CURRENT_REQUEST: ContextVar[RequestRecord | None] = ContextVar("current_request", default=None)
"""`None` outside requests."""

RequestObserver = Callable[[RequestRecord], None]
"""Called with each finished request. Must be fast and must not raise."""


QuotaHeaders = Callable[[Any, dict[str, Quota]], list[tuple[bytes, bytes]]]
"""Returns the headers for the quotas of a request, by the message that starts its response."""


def with_request_records(
    app: ASGIApp, observers: Sequence[RequestObserver], quota_headers: QuotaHeaders = lambda *_: []
) -> ASGIApp:
    """Wrap `app`: assign a request id, return it in `X-Request-Id`, and call the observers when the request ends.

    `quota_headers` are added to the response as well.
    """

    async def record_request(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await app(scope, receive, send)
            return
        record = _new_record(scope)
        request_id = record.request_id.encode()

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                record.status = message["status"]
                headers = message.get("headers", ())
                if record.method == "POST":
                    record.is_replayed = any(header.lower() == b"idempotency-replayed" for header, _ in headers)
                quotas = quota_headers(message, record.quotas) if record.quotas else ()
                # Copy the message: static files send the same one for every request.
                message = {**message, "headers": [*headers, *quotas, (REQUEST_ID, request_id)]}
            await send(message)

        timing, current = DATABASE_TIMING.set(record.timing), CURRENT_REQUEST.set(record)
        record.started = perf_counter()
        try:
            await app(scope, receive, send_with_id)
        except asyncio.CancelledError:
            record.status = record.status or CLIENT_DISCONNECTED
            raise
        except Exception:
            record.status = record.status or 500
            raise
        finally:
            record.seconds = (record.answered or perf_counter()) - record.started
            DATABASE_TIMING.reset(timing)
            CURRENT_REQUEST.reset(current)
            for observer in observers:
                observer(record)

    return record_request


def with_route_recorded(app: ASGIApp) -> ASGIApp:
    """Wrap `app` to record the matched route and the caller.

    Must be inside the `HEAD` middleware, since the framework fills in the scope that it is called with.
    """

    async def record_route(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await app(scope, receive, send)
        finally:
            record = request_record_of(scope)
            if record is not None:
                record.route = scope.get("path_template", "")
                principal = scope.get("user")
                record.person_id = principal.user_id if isinstance(principal, Principal) else None

    return record_route


def note_quota(quota: Quota) -> None:
    """Note what the current request, if there is one, leaves of a rate limit."""
    record = CURRENT_REQUEST.get()
    if record is not None:
        record.quotas[quota.limit.name] = quota


def request_record_of(scope: Any) -> RequestRecord | None:
    """Return the record of a request, or `None` if requests are not recorded."""
    return cast("RequestRecord | None", scope.get(SCOPE_KEY))


def _new_record(scope: Any) -> RequestRecord:
    request_id, parent = b"", b""
    for name, value in scope["headers"]:
        if name == REQUEST_ID:
            request_id = value
        elif name == TRACE_PARENT:
            parent = value
    client = scope.get("client")
    record = RequestRecord(
        request_id=request_id.decode()
        if request_id and ACCEPTED_REQUEST_ID.fullmatch(request_id)
        else secrets.token_hex(16),
        method=scope["method"] if scope["method"] in METHODS else "OTHER",
        client=client[0] if client else "",
    )
    if parent:
        record.parent = parent.decode("latin-1")
    scope[SCOPE_KEY] = record
    return record
