"""The record of each request that an observer receives has enough for diagnosis, and no user input."""

import logging
from collections.abc import AsyncIterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio

from http_api import SETTINGS, Api, a_registration, a_session_body, open_api, problem
from http_site import PLAIN
from marketplace.adapters.memory.storage import memory_storage
from marketplace.telemetry.request_log import RequestRecord


@pytest.fixture(scope="module")
def records() -> list[RequestRecord]:
    return []


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def open_watched(records: list[RequestRecord], front_end: Path) -> AsyncIterator[Api]:
    async with open_api(replace(SETTINGS, frontend_dir=front_end), observers=[records.append]) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def watched(open_watched: Api, records: list[RequestRecord]) -> Api:
    records.clear()
    return open_watched


class Broken:
    async def check(self) -> None:
        raise ZeroDivisionError


async def test_request_record_has_route_user_and_status(watched: Api, records: list[RequestRecord]) -> None:
    creator = await watched.creator()
    session = await watched.session(creator)

    await creator.get(f"/api/sessions/{session.id}/?search=secret")
    await watched.visitor.get("/api/sessions")
    await creator.send("HEAD", "/api/auth/profile/")

    assert [(each.method, each.route, each.status, each.person_id) for each in records] == [
        ("GET", "/api/sessions/{session_id}", 200, creator.id),
        ("GET", "/api/sessions", 200, None),
        ("HEAD", "/api/auth/profile", 200, creator.id),
    ]
    assert all(each.client and each.seconds > 0 for each in records)
    assert "secret" not in str([asdict(each) for each in records])


@pytest.mark.parametrize(
    ("method", "path", "route", "status", "code"),
    [
        ("GET", "/nothing/../x.y", "", 404, "not_found"),
        ("GET", "/api/nothing/", "", 404, "not_found"),
        ("GET", f"/api/sessions/{UUID(int=9)}/", "/api/sessions/{session_id}", 404, "not_found"),
        ("GET", "/api/auth/profile/", "/api/auth/profile", 401, "not_signed_in"),
        ("DELETE", "/api/auth/login/", "", 405, "method_not_allowed"),
        ("BREW", "/api/sessions/", "", 405, "method_not_allowed"),
        ("GET", "/", "/{file}", 200, ""),
        ("GET", "/sessions/somewhere", "/{file}", 200, ""),
    ],
)
async def test_refused_request_is_recorded_with_its_code_and_never_with_its_raw_path(  # noqa: PLR0913, PLR0917
    watched: Api, records: list[RequestRecord], method: str, path: str, route: str, status: int, code: str
) -> None:
    await watched.visitor.send(method, path, headers=PLAIN)

    [record] = records
    assert (record.route, record.status, record.code) == (route, status, code)
    assert record.method == (method if method != "BREW" else "OTHER")


async def test_request_keeps_request_id_of_proxy(watched: Api, records: list[RequestRecord]) -> None:
    provided = "0af7651916cd43dd8448eb211c80319c"
    response = await watched.visitor.send("GET", "/api/sessions", headers={"X-Request-Id": provided})
    file = await watched.visitor.send("GET", "/", headers={"X-Request-Id": provided} | PLAIN)

    assert response.headers["x-request-id"] == file.headers["x-request-id"] == provided
    assert [each.request_id for each in records] == [provided, provided]


@pytest.mark.parametrize("provided", ["", "short", "two words", 'a"quote"d', "x" * 129, "1234567\x7f89"])
async def test_invalid_request_id_is_replaced(watched: Api, records: list[RequestRecord], provided: str) -> None:
    first = await watched.visitor.send("GET", "/health/live", headers={"X-Request-Id": provided})
    second = await watched.visitor.send("GET", "/health/live", headers={"X-Request-Id": provided})

    names = [response.headers["x-request-id"] for response in (first, second)]
    assert [each.request_id for each in records] == names
    assert len(set(names)) == 2
    assert provided not in names


async def test_unexpected_error_is_recorded_and_its_response_has_the_request_id(
    caplog: pytest.LogCaptureFixture,
) -> None:
    records: list[RequestRecord] = []
    async with open_api(storage=replace(memory_storage(), readiness=Broken()), observers=[records.append]) as api:
        response = await api.visitor.get("/health/ready")

    assert problem(response, 500, "internal_error")["request_id"] == response.headers["x-request-id"]
    [record] = records
    assert (record.status, record.code) == (500, "internal_error")
    assert record.request_id == response.headers["x-request-id"]
    assert [record.levelno for record in caplog.records] == [logging.ERROR]


async def test_ordinary_refusal_has_no_request_id_in_its_body(watched: Api) -> None:
    assert "request_id" not in problem(await watched.visitor.get("/api/auth/profile/"), 401, "not_signed_in")


async def test_replay_by_key_is_recorded_as_replayed(watched: Api, records: list[RequestRecord]) -> None:
    creator = await watched.creator()
    sent: dict[str, Any] = {"json": a_session_body(), "headers": {"Idempotency-Key": "once"}}
    for _ in range(2):
        assert (await creator.send("POST", "/api/sessions/", **sent)).status_code == 201

    assert [each.is_replayed for each in records] == [False, True]


async def test_request_record_contains_no_body_content(watched: Api, records: list[RequestRecord]) -> None:
    body = a_registration(first_name="Ada")
    await watched.visitor.post("/api/auth/register/", body)
    await watched.visitor.post("/api/auth/login/", {"email": body["email"], "password": body["password"]})

    recorded = str([asdict(each) for each in records])
    assert not any(word in recorded for word in (body["email"], body["password"], "Ada"))
