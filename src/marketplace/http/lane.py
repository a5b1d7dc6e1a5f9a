"""Answers the busiest routes in front of the framework, through the functions that their controllers call.

The framework's share of such a request (routing, injection, middleware, response) is larger than ours. Here a table
leads from method and path to the function; a request that is not plain goes to the framework untouched. Authorization,
parsing, errors and headers are shared, so that both ways give the same response, byte for byte.
"""

import re
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, get_type_hints
from uuid import UUID

from dishka import AsyncContainer
from litestar import Litestar
from litestar.enums import ScopeType
from litestar.routes import HTTPRoute
from litestar.types import ASGIApp, Receive, Send

from marketplace.http.answers import Answer, Ask
from marketplace.http.api.bookings import create_booking, list_bookings_of_creator, list_own_bookings
from marketplace.http.api.catalog import count_sessions
from marketplace.http.api.payments import pay_booking
from marketplace.http.api.sessions import get_session, list_sessions
from marketplace.http.api.slots import list_slots
from marketplace.http.api.suggestions import suggest_sessions
from marketplace.http.api.system import get_liveness
from marketplace.http.api.users import get_profile
from marketplace.http.compression import GZIP, compress, is_compressible, is_worth_compressing, takes_gzip
from marketplace.http.middleware.cache_control import CACHEABLE, allow_shared_caching, shared_headers
from marketplace.http.problems import answer_error
from marketplace.http.security.authorization import Access, Authenticator, Route
from marketplace.telemetry.request_log import request_record_of

Function = Callable[..., Awaitable[Answer]]

FUNCTIONS: dict[str, Function] = {
    "list_sessions": list_sessions,
    "count_sessions": count_sessions,
    "suggest_sessions": suggest_sessions,
    "get_session": get_session,
    "list_slots": list_slots,
    "get_profile": get_profile,
    "list_bookings": list_own_bookings,
    "list_my_bookings": list_own_bookings,
    "list_creator_bookings": list_bookings_of_creator,
    "create_booking": create_booking,
    "pay_booking": pay_booking,
    "get_liveness": get_liveness,
}
"""By operation id. Besides the `Ask` they take the parameter of the path, by name, and services, by type."""

ID = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
PARAMETER = re.compile(r"\{(\w+)\}")
PLAIN_HOST = re.compile(rb"[0-9A-Za-z.:\[\]-]+")
KNOWN_PATHS, MAX_KNOWN_PATH = 1024, 100
"""Paths whose entries are kept, and the characters of method and path up to which they are."""
MAX_KNOWN_HEADER = 100
"""Characters of a header's value up to which its bytes are kept."""
WITHOUT_BODY = frozenset({204, 304})

Key = tuple[str, str, str | None]
"""Method, path before the id, and path after it; `None` if the path has no id."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """A route of the table, as the framework knows it."""

    handler: Any
    path: str
    route: Route
    parameter: str
    headers: dict[str, str]
    """Of every successful response, in the framework's order."""
    is_compressible: bool
    is_cacheable: bool
    """By shared caches."""


class Lane:
    """ASGI application that answers the routes of `FUNCTIONS` and hands all other requests to `app`."""

    def __init__(self, app: ASGIApp, framework: Litestar) -> None:
        self._app = app
        self._framework = framework
        self._entries = dict(self._read_routes())
        self._find_known = lru_cache(KNOWN_PATHS)(self._find_path)
        self._has_cors = framework.cors_config is not None
        # With CORS, the framework adds headers for the origin.
        self._unusual = {b"expect", b"origin"} if self._has_cors else {b"expect"}
        self._container: AsyncContainer | None = None
        self._authenticator: Any = None
        self._functions: dict[str, Function] = {}

    async def __call__(self, scope: Any, receive: Receive, send: Send) -> None:
        """Answer the request, or hand it on before anything is done."""
        entry, parameters = self._find(scope) if scope["type"] == ScopeType.HTTP else (None, {})
        headers = dict(scope["headers"]) if entry is not None else {}
        if entry is None or not self._is_plain(scope, headers):
            await self._app(scope, receive, send)
            return
        # As the framework's router does: hooks, helpers and the request log read this.
        scope["path"] = scope["path"].removesuffix("/")
        scope["path_params"], scope["path_template"], scope["route_handler"] = parameters, entry.path, entry.handler
        record = request_record_of(scope)
        if record is not None:
            record.route = entry.path
        answer = await self._answer(entry, scope, receive, send)
        start, body = _messages(answer, scope, may_compress=entry.is_compressible)
        if self._has_cors:
            allow_shared_caching(start, scope)
        elif entry.is_cacheable and answer.status in CACHEABLE:
            start["headers"] = shared_headers(start["headers"], is_personal=b"authorization" in headers)
        await send(start)
        await send(body)

    def _find(self, scope: Any) -> tuple[_Entry | None, dict[str, Any]]:
        """Return the entry and the parameters of the path."""
        method, path = scope["method"], scope["path"]
        is_short = len(method) + len(path) <= MAX_KNOWN_PATH
        entry, parameter = self._find_known(method, path) if is_short else self._find_path(method, path)
        return entry, {} if entry is None or parameter is None else {entry.parameter: parameter}

    def _find_path(self, method: str, path: str) -> tuple[_Entry | None, UUID | None]:
        entry = self._entries.get((method, path, None))
        match = ID.search(path) if entry is None else None
        if match is None:
            return entry, None
        entry = self._entries.get((method, path[: match.start()], path[match.end() :]))
        return entry, None if entry is None else UUID(match[0])

    def _is_plain(self, scope: Any, headers: dict[bytes, bytes]) -> bool:
        return (
            len(headers) == len(scope["headers"])
            and self._unusual.isdisjoint(headers)
            and PLAIN_HOST.fullmatch(headers.get(b"host", b"")) is not None
            and not scope.get("root_path")
        )

    async def _answer(self, entry: _Entry, scope: Any, receive: Receive, send: Send) -> Answer:
        """Authorize the request and call its function. Errors become problems, as in the framework's handler."""
        ask = Ask(scope)
        try:
            if self._container is not self._framework.state.dishka_container:
                await self._look_up(self._framework.state.dishka_container)
            scope["user"] = principal = await self._authenticator.authorize(ask, entry.route)
            record = request_record_of(scope)
            if record is not None and principal is not None:
                record.person_id = principal.user_id
            if scope["method"] == "POST":
                ask = await Ask.received(scope, receive, send)
            answer = await self._functions[entry.handler.operation_id](ask, **scope["path_params"])
            return Answer(answer.body, answer.status, {**entry.headers, **answer.headers}, answer.media_type)
        except Exception as error:  # noqa: BLE001
            return answer_error(ask, error)

    def _read_routes(self) -> Iterator[tuple[Key, _Entry]]:
        """Yield the framework's routes of `FUNCTIONS`, with and without a slash at the end."""
        for route in self._framework.routes:
            if not isinstance(route, HTTPRoute):
                continue
            path = route.path_format
            for method, (handler, _) in route.route_handler_map.items():
                if handler.operation_id in FUNCTIONS:
                    before, parameter, after = PARAMETER.split(path) if "{" in path else (path, "", None)
                    headers = {header.name: str(header.value) for header in handler.resolve_response_headers()}
                    route_of, compresses = handler.opt["route"], is_compressible(path)
                    is_cacheable = route_of.access is Access.ANYONE and method == "GET"
                    entry = _Entry(handler, path, route_of, parameter, headers, compresses, is_cacheable)
                    yield (method, before, after), entry
                    yield (method, before, f"{after}/") if parameter else (method, f"{before}/", None), entry

    async def _look_up(self, container: AsyncContainer) -> None:
        """Get the services of all functions from the container."""
        self._authenticator = await container.get(Authenticator)
        for operation, function in FUNCTIONS.items():
            services = {
                name: await container.get(kind)
                for name, kind in get_type_hints(function).items()
                if kind not in {Ask, UUID, Answer}
            }
            self._functions[operation] = partial(function, **services)
        self._container = container


def _messages(answer: Answer, scope: Any, *, may_compress: bool) -> tuple[Any, Any]:
    """Return what the framework's response and compression would send."""
    headers, body = {**answer.headers}, answer.body
    if answer.status not in WITHOUT_BODY:
        headers["Content-Type"], headers["Content-Length"] = answer.media_type, str(len(body))
    if may_compress and is_worth_compressing(body) and "Content-Encoding" not in headers and takes_gzip(scope):
        body = compress(body)
        headers["Content-Encoding"], headers["Content-Length"] = GZIP, str(len(body))
        headers["Vary"] = ",".join(filter(None, (headers.get("Vary"), "Accept-Encoding")))
    encoded = [
        _known_header(name, value) if len(value) <= MAX_KNOWN_HEADER else _encoded(name, value)
        for name, value in headers.items()
    ]
    start = {"type": "http.response.start", "status": answer.status, "headers": encoded}
    return start, {"type": "http.response.body", "body": body, "more_body": False}


def _encoded(name: str, value: str) -> tuple[bytes, bytes]:
    return name.lower().encode("latin-1"), value.encode("latin-1")


_known_header = lru_cache(1024)(_encoded)
"""Most headers of an answer are those of the answers before."""
