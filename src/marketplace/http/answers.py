"""Requests and answers, independent of the framework: what every way to reach a route knows.

A route's function takes an `Ask` and returns an `Answer`. Helpers that need less take anything with an ASGI scope, so
they serve controllers, which have a `Request`, too.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Protocol
from urllib.parse import parse_qsl

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException, InternalServerException
from litestar.response.base import ASGIResponse
from litestar.utils.scope.state import ScopeState

JSON = "application/json"
LARGE_DIGITS = 6
"""Of the length of a body that waits for its turn to be read: 100 kB. Nothing of ours sends so much."""
MAX_CACHED_QUERY = 300
"""Bytes. Longer queries are parsed each time, so that the cache stays small whatever clients send."""
MAX_CACHED_PARAMETERS = 20
"""So are queries of more parameters, each of which takes a hundred bytes."""


class HasScope(Protocol):
    """A request or connection: its ASGI scope, to which routing has added `route_handler`, `path_params` and `user`."""

    @property
    def scope(self) -> Any: ...


@dataclass(frozen=True, slots=True)
class ArrivalTimes:
    """Seconds within which a body has to arrive: one of an upload at 2.2 Mbit/s has its 16 MB by then."""

    body: float = 10.0
    upload: float = 60.0


@dataclass(slots=True)
class Ask:
    """An authorized request with its body, which is empty unless the route reads one."""

    scope: Any
    body: bytes = b""

    @classmethod
    async def with_body(cls, request: Request[Any, Any, Any]) -> "Ask":
        """Read the body. Raises as `body_of`."""
        return cls(request.scope, await body_of(request))

    @classmethod
    async def received(cls, scope: Any, receive: Any, send: Any) -> "Ask":
        """Read the body without the framework unless it may be large. Raises as `body_of`."""
        ask = cls(scope)
        if _may_be_large(ask):
            return await cls.with_body(Request(scope, receive, send))
        async with arriving_within(scope["litestar_app"].state.arrival_times.body):
            # servers send a body in several messages, though it has come whole
            while (message := await receive())["type"] == "http.request":
                ask.body += message.get("body", b"")
                if not message.get("more_body"):
                    return ask
        raise CutShort


@dataclass(slots=True)
class Answer:
    """A response with its headers, except those that every response has."""

    body: bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str = JSON

    def response(self) -> Response[Any]:
        """Return the framework's response."""
        kind = _Packed if "Content-Encoding" in self.headers else Response
        return kind(self.body, status_code=self.status, headers=self.headers, media_type=self.media_type)


class _Packed(Response[Any]):
    """A response that is compressed already."""

    def to_asgi_response(self, *, request: Request[Any, Any, Any], **options: Any) -> ASGIResponse:  # type: ignore[override]
        # the framework's mark of a response that its compression has seen before
        ScopeState.from_scope(request.scope).is_cached = True
        return super().to_asgi_response(request=request, **options)


class CutShort(HTTPException):
    """The client left before it had sent the whole body."""

    status_code = 400


class BodyTooSlow(HTTPException):
    """The body did not arrive in time."""

    status_code = 408


async def body_of(request: Request[Any, Any, Any]) -> bytes:
    """Read the body. Raises `CutShort`, `BodyTooSlow`, `Overloaded` if it is large, and 413 through the framework."""
    state = request.app.state
    turn = state.large_bodies.turn(request, "body") if _may_be_large(request) else nullcontext()
    try:
        async with turn, arriving_within(state.arrival_times.body):
            return await request.body()
    except InternalServerException as error:
        # of the framework, which would count it as a failure of ours
        raise CutShort from error


def _may_be_large(request: HasScope) -> bool:
    lengths = headers_of(request, b"content-length")
    return any(headers_of(request, b"transfer-encoding")) or any(len(each) >= LARGE_DIGITS for each in lengths)


@asynccontextmanager
async def arriving_within(seconds: float) -> AsyncIterator[None]:
    """Bound the time for which a block waits for the client. Raises `BodyTooSlow`."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise BodyTooSlow from error


def json_answer(content: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """Encode the content as JSON."""
    return Answer(msgspec.json.encode(content), status, headers or {})


def query_of(request: HasScope) -> tuple[tuple[str, str], ...]:
    """Return the query parameters as sent: in order, with repeated and empty ones."""
    query = request.scope.get("query_string", b"")
    is_cached = len(query) <= MAX_CACHED_QUERY and query.count(b"&") < MAX_CACHED_PARAMETERS
    return _parse_query(query) if is_cached else _parse_query.__wrapped__(query)


def first_parameter(request: HasScope, name: str) -> str:
    """Return the first value of a query parameter, or empty text."""
    return next((value for each, value in query_of(request) if each == name), "")


def headers_of(request: HasScope, name: bytes) -> list[str]:
    """Return the values of a header, whose name is lower case as in the scope."""
    return [value.decode("latin-1") for each, value in request.scope["headers"] if each == name]


@lru_cache(1024)
def _parse_query(query: bytes) -> tuple[tuple[str, str], ...]:
    return tuple(parse_qsl(query.decode("latin-1"), keep_blank_values=True))
