"""Requests, answers and routes of a program of the demo, as an ASGI application."""

import re
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import msgspec

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
MAX_BODY = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request. Names of headers are in lower case."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes

    def form(self) -> dict[str, str]:
        """Return the fields of a form. Raises `ValueError`."""
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True, max_num_fields=50))


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A response with its whole body."""

    status: int = 200
    body: bytes = b""
    kind: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


class Broken(Exception):
    """The connection breaks instead of an answer."""


class Silent(Exception):
    """No answer is sent for as long as the client waits."""


Handler = Callable[..., Answer]
Route = tuple[str, str, Handler]


def json_answer(value: object, status: int = 200) -> Answer:
    return Answer(status=status, body=msgspec.json.encode(value))


def see_other(address: str) -> Answer:
    return Answer(status=303, headers={"location": address})


class Application:
    """The first route whose method and path match answers; a group of the path is an argument."""

    def __init__(self, routes: list[Route]) -> None:
        self._routes = [(method, re.compile(path), handler) for method, path, handler in routes]
        self.started: Callable[[], Awaitable[None]] | None = None
        self.ended: Callable[[], Awaitable[None]] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        try:
            answer = self._answer(await _read(scope, receive))
        except Broken:
            # an answer that is announced and never comes: the server closes the connection
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"2")]})
            return
        except Silent:
            while (await receive())["type"] != "http.disconnect":
                pass
            return
        headers = {
            "content-type": answer.kind,
            "content-length": str(len(answer.body)),
            "cache-control": "no-store",
            **answer.headers,
        }
        encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
        await send({"type": "http.response.start", "status": answer.status, "headers": encoded})
        await send({"type": "http.response.body", "body": answer.body})

    def _answer(self, request: Request) -> Answer:
        found = [(method, handler, path.fullmatch(request.path)) for method, path, handler in self._routes]
        matches = [(method, handler, match) for method, handler, match in found if match]
        for method, handler, match in matches:
            if method == request.method:
                return handler(request, *match.groups())
        return json_answer({"code": "method_not_allowed" if matches else "not_found"}, 405 if matches else 404)

    async def _live(self, receive: Receive, send: Send) -> None:
        while True:
            kind = (await receive())["type"]
            act = self.started if kind == "lifespan.startup" else self.ended
            if act is not None:
                await act()
            await send({"type": f"{kind}.complete"})
            if kind == "lifespan.shutdown":
                return


async def _read(scope: Scope, receive: Receive) -> Request:
    body, is_open = b"", True
    while is_open and len(body) <= MAX_BODY:
        message = await receive()
        body += message.get("body", b"")
        is_open = message.get("more_body", False)
    return Request(
        method=scope["method"],
        path=scope["path"],
        query=dict(parse_qsl(scope["query_string"].decode("latin-1"))),
        headers={name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]},
        body=body,
    )
