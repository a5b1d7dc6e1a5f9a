"""The lane answers as the framework does. Every other HTTP test checks this, too: its client compares both ways."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any
from uuid import UUID

import pytest
from httpx import ASGITransport, AsyncClient
from litestar.types import Send

from both_ways import record_of
from builders import TOMORROW
from fakes import CountedIds
from http_api import Api, as_json, open_api
from marketplace.core.domain.audit import AuditEntry
from marketplace.http.lane import FUNCTIONS, Lane
from staff_services import logged

PATH = "/api/sessions/0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b"
HOST = (b"host", b"localhost:8000")
Message = dict[str, Any]


def a_scope(method: str = "GET", path: str = PATH, headers: tuple[tuple[bytes, bytes], ...] = (HOST,)) -> Message:
    return {
        "type": "http",
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": list(headers),
        "client": ("127.0.0.1", 1),
    }


async def a_disconnect() -> Any:
    return {"type": "http.disconnect"}


def test_every_function_of_the_lane_has_a_route(api: Api) -> None:
    operations = {
        handler.operation_id
        for route in api.app.routes
        for handler, _ in getattr(route, "route_handler_map", {}).values()
    }
    assert set(FUNCTIONS) <= operations


async def ignore(message: Any) -> None:
    _ = message


async def handed_on(api: Api, scope: Message, send: Send = ignore) -> list[Message]:
    """Send a request to a lane, and return the scope if the lane hands it on."""
    handed: list[Message] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        _ = receive, send
        handed.append(scope)

    await Lane(app, api.app)(scope, a_disconnect, send)
    return handed


SUGGEST = "/api/sessions/suggest"


@pytest.mark.parametrize("path", [PATH, f"{PATH}/", f"{PATH}/slots", "/api/sessions", "/api/sessions/facets/", SUGGEST])
async def test_plain_request_does_not_reach_the_framework(api: Api, path: str) -> None:
    sent: list[Message] = []

    async def send(message: Any) -> None:
        sent.append(message)

    assert await handed_on(api, a_scope(path=path), send) == []
    assert sent[0]["status"] in {200, 400, 404}


@pytest.mark.parametrize(
    "unusual",
    [
        {"method": "HEAD"},
        {"method": "OPTIONS"},
        {"method": "DELETE"},
        {"path": "/api/sessions/urn:uuid:0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b"},
        {"path": "/api/sessions//"},
        {"path": "//api/sessions"},
        {"path": "/api/sessions/{session_id}"},
        {"path": "/api/sessions/"},
        {"headers": (HOST, (b"expect", b"100-continue"))},
        {"headers": (HOST, (b"accept-encoding", b"gzip"), (b"accept-encoding", b"br"))},
        {"headers": ((b"host", b"<localhost>"),)},
    ],
)
async def test_unusual_request_reaches_the_framework_untouched(api: Api, unusual: dict[str, Any]) -> None:
    scope = a_scope(**unusual)
    if unusual == {"path": "/api/sessions/"}:
        scope["root_path"] = "/api"
    before = dict(scope)

    assert await handed_on(api, scope) == [before]


async def test_difference_of_one_header_is_noticed(api: Api) -> None:
    async def add_header(message: Any, scope: Any) -> None:
        if message["type"] == "http.response.start" and "route_handler" in scope:
            message["headers"] = [*message["headers"], (b"x-other", b"1")]

    api.both.framework.before_send.append(add_header)
    try:
        assert (await api.visitor.get("/api/marketplace/")).status_code == HTTPStatus.OK
        for path in ("/api/sessions/", f"{PATH}/"):
            with pytest.raises(AssertionError, match="x-other"):
                await api.visitor.get(path)
    finally:
        api.both.framework.before_send.remove(add_header)


@pytest.mark.parametrize(
    "path",
    ["/api/bookings/", f"/api/bookings/{UUID(int=7)}/cancel/", "/api/calendar/renew/", "/api/unsubscribe/a-token/"],
)
async def test_client_that_leaves_while_it_sends_a_body_is_no_failure_of_ours(
    api: Api, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    person, sent = await api.person(), []
    headers = (HOST, (b"authorization", f"Bearer {person.access}".encode()), (b"content-length", b"100"))

    async def send(message: Any) -> None:
        sent.append(message)

    await api.both(a_scope("POST", path, headers), a_disconnect, send)

    assert sent[0]["status"] == HTTPStatus.BAD_REQUEST
    assert caplog.records == []


OPEN, SMALL = UUID(int=8), UUID(int=9)
KEYED = {"headers": {"Idempotency-Key": "a key"}}
ACCOUNTS: dict[str, dict[str, Any]] = {"creator": {"role": "creator"}, "learner": {}, "staff": {"is_staff": True}}


def a_body(session: UUID = OPEN, **changes: Any) -> dict[str, Any]:
    return {"json": {"session": str(session), "booking_date": as_json(TOMORROW)} | changes}


async def in_pieces() -> AsyncIterator[bytes]:
    for piece in (b'{"session": "', str(OPEN).encode(), b'", "booking_date": "2030-02-01"}'):
        yield piece


BOOKINGS: list[tuple[int, str, dict[str, Any]]] = [
    (201, "learner", a_body()),
    (409, "learner", a_body()),
    (
        201,
        "learner",
        a_body(SMALL, booking_date="2030-03-01T10:00:00Z", seats=2, expected_price="49.99") | KEYED,
    ),
    (
        201,
        "learner",
        a_body(SMALL, booking_date="2030-03-01T10:00:00Z", seats=2, expected_price="49.99") | KEYED,
    ),
    (422, "learner", a_body(SMALL, seats=1) | KEYED),
    (409, "staff", a_body(SMALL, booking_date="2030-03-01T10:00:00Z")),
    (409, "staff", a_body(booking_date="2030-04-01", expected_price="1.00")),
    (
        201,
        "staff",
        {"json": {"session": str(OPEN), "local_start": "2030-05-01T12:00", "time_zone": "Europe/Madrid"}},
    ),
    (201, "staff", {"content": in_pieces, "headers": {"Content-Type": "application/json"}}),
    (403, "creator", a_body()),
    (403, "impersonated", a_body()),
    (404, "learner", a_body(UUID(int=7))),
    (400, "learner", a_body(seats=0, local_start="12:00")),
    (400, "learner", a_body() | {"headers": {"Idempotency-Key": "\x7f"}}),
    (400, "learner", {"content": b"{", "headers": {"Content-Type": "application/json"}}),
    (415, "learner", {"content": b"{}"}),
    (413, "learner", {"content": b" " * 2_000_000, "headers": {"Content-Type": "application/json"}}),
    (401, "visitor", a_body()),
    (401, "visitor", a_body() | {"headers": {"Authorization": "Bearer no.such.token"}}),
]
"""Expected status, caller, and request."""


async def test_bookings_and_what_they_leave_are_the_same_on_equal_marketplaces() -> None:
    lane, framework = await booked(has_lane=True), await booked(has_lane=False)

    assert [status for status, _, _ in lane.responses] == [status for status, _, _ in BOOKINGS]
    for ours, theirs in zip(lane.responses, framework.responses, strict=True):
        assert ours == theirs
    assert lane == framework


@dataclass
class Booked:
    """What a marketplace answered to `BOOKINGS`, and what they left."""

    responses: list[tuple[int, list[tuple[str, str]], bytes]]
    records: list[Message]
    log: list[AuditEntry]
    bookings: list[bytes]


async def booked(*, has_lane: bool) -> Booked:
    records: list[Message] = []
    responses = []
    async with open_api(ids=CountedIds()) as api:
        people = {"visitor": api.visitor}
        for number, (name, account) in enumerate(ACCOUNTS.items()):
            people[name] = await api.person(id=UUID(int=number), username=name, email=f"{name}@example.org", **account)
        people["impersonated"] = await api.seen_as(people["staff"], people["learner"])
        for session in (OPEN, SMALL):
            await api.session(people["creator"], id=session, max_participants=2)
        app: Any = api.app if has_lane else api.both.framework

        async def record(scope: Any, receive: Any, send: Any) -> None:
            await app(scope, receive, send)
            records.append(record_of(scope))

        async with AsyncClient(transport=ASGITransport(record), base_url="http://test") as client:
            for number, (_, name, options) in enumerate(BOOKINGS):
                content = options.get("content")
                sent = options | ({"content": content()} if callable(content) else {})
                headers = {"X-Request-Id": f"request-{number}"} | sent.pop("headers", {})
                response = await replace(people[name], client=client).send(
                    "POST", "/api/bookings/", headers=headers, **sent
                )
                responses.append((response.status_code, response.headers.multi_items(), response.content))
        lists = [(await people[name].get("/api/bookings/")).content for name in ("learner", "staff")]
        log = list(await logged(api.storage))
    return Booked(responses, records, log, lists)
