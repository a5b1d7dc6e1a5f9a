"""The host of a request is the client's choice and appears in no response."""

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from builders import ADDRESSES
from http_api import SETTINGS, Api, open_api

pytestmark = pytest.mark.thorough

ROUTES = Path(__file__).parents[2] / "frontend/src/app/routes"
HOSTILE = {
    "Host": "evil.example",
    "X-Forwarded-Host": "evil.example",
    "X-Forwarded-Proto": "https",
    "Forwarded": "host=evil.example",
}
AN_ID = UUID("0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b")


def plain_paths(api: Api) -> list[str]:
    """Return the paths of all `GET` routes without parameters."""
    routes = api.app.routes
    return [each.path for each in routes if "{" not in each.path and "GET" in getattr(each, "route_handler_map", ())]


async def test_no_response_repeats_the_host_of_its_request() -> None:
    async with open_api(replace(SETTINGS, public_url="https://sessions.example.org")) as api:
        staff = await api.creator(is_staff=True, is_superuser=True)
        session = await api.session(staff)
        await api.session(staff)
        await api.booking(await api.person(), session)
        paths = plain_paths(api)
        seen = [(path, await staff.send("GET", path, headers=HOSTILE, params={"limit": 1})) for path in paths]

    assert len(seen) > 20
    assert any("link" in response.headers for _, response in seen)
    assert any(response.is_redirect for _, response in seen)
    repeated = [path for path, each in seen if b"evil.example" in each.content + str(each.headers).encode()]
    assert repeated == []


def test_addresses_of_pages_are_routes_of_the_web_application() -> None:
    pages = [ADDRESSES.session(AN_ID), ADDRESSES.own_bookings(), ADDRESSES.attendees(AN_ID)]
    paths = [page.removeprefix(ADDRESSES.root).partition("?")[0].replace(str(AN_ID), "$id") for page in pages]

    for path in paths:
        file = ROUTES / f"{path.strip('/').replace('/', '.')}.tsx"
        assert re.search(rf'createFileRoute\("{re.escape(path)}"\)', file.read_text()), path


@pytest.mark.parametrize("path", ["/api/sessions/", "/api/categories/", "/", "/nowhere"])
async def test_requests_with_several_hosts_or_none_are_refused(api: Api, path: str) -> None:
    host = (b"host", b"sessions.example.org")
    for headers, version, is_taken in (
        ([host], "1.1", True),
        ([], "1.0", True),
        ([], "1.1", False),
        ([], "2", False),
        ([host, host], "1.1", False),
        ([host, (b"host", b"evil.example")], "1.0", False),
    ):
        status, content = await answer_of(api, path, headers, version)
        assert (status == 400) is not is_taken, (headers, version)
        assert is_taken or json.loads(content)["code"] == "invalid"


async def answer_of(api: Api, path: str, headers: list[tuple[bytes, bytes]], version: str) -> tuple[int, bytes]:
    """Send a request that no client library sends, and return status and content."""
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    scope: Any = {
        "type": "http",
        "http_version": version,
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    await api.app(scope, receive, send)
    return sent[0]["status"], b"".join(each.get("body", b"") for each in sent[1:])
