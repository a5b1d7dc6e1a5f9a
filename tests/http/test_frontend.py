from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from httpx import Response

from http_api import SETTINGS, Api, open_api, problem
from http_site import HASHED, PAGE, ask, built
from marketplace.http.static.frontend import with_frontend

pytestmark = pytest.mark.thorough

PAGES = [
    "/",
    "/index.html",
    "/login",
    "/dashboard/",
    "/sessions/0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b",
    "/admin/users",
    "/nothing/like/this",
    "/apis",
    "/healthy",
    "/?next=/api/",
    "/sessions/%E2%82%AC",
]
NO_PAGES = [
    "/api",
    "/api/",
    "/api/nothing",
    "/api/sessions/nothing/",
    "//api/nothing",
    "/health",
    "/health/",
    "/health/nothing",
    "/assets",
    "/assets/",
    "/assets/nothing",
    "/assets/gone-00000000.js",
    "/docs-assets",
    "/docs-assets/",
    "/docs-assets/nothing",
    "/nothing.js",
    "/sessions/photo.png",
    "/favicon.ico/",
    "/.env",
    "/.vite/manifest.json",
    "/docs/.built",
    "/docs-assets/.built",
    "/docs/swagger-ui-bundle.js",
    "/index.html.br",
    "/assets/index-BxY_-7aQ.js.gz",
]
WAYS_OUT = [
    "/../secret.txt",
    "/%2e%2e/secret.txt",
    "/..%2fsecret.txt",
    "/assets/../../secret.txt",
    "/assets/%2e%2e/%2e%2e/secret.txt",
    "/assets/..%5c..%5csecret.txt",
    "//etc/passwd.txt",
    "/%00.txt",
    "/assets/%00",
    "/secret.txt",
]


def is_page(response: Response) -> bool:
    return response.status_code == 200 and response.text == PAGE


@pytest.mark.parametrize("path", PAGES)
async def test_every_unclaimed_path_is_the_application(site: Api, path: str) -> None:
    response = await ask(site, path)

    assert is_page(response)
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.headers["cache-control"] == "no-cache"


@pytest.mark.parametrize("path", NO_PAGES)
async def test_missing_api_route_or_file_is_404(site: Api, path: str) -> None:
    response = await ask(site, path)

    problem(response, 404, "not_found")
    assert response.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize("path", ["/login", HASHED, "/nothing/"])
async def test_application_paths_are_read_only(site: Api, method: str, path: str) -> None:
    problem(await ask(site, path, method), 404, "not_found")


async def test_api_responds_as_usual_next_to_the_application(site: Api) -> None:
    assert (await ask(site, "/health/live")).json() == {"status": "ok"}
    assert (await ask(site, "/api/sessions/")).json() == []
    problem(await ask(site, "/api/auth/login/"), 405, "method_not_allowed")
    documentation = await ask(site, "/api/docs/")
    assert "/docs-assets/swagger-ui-bundle.js" in documentation.text
    assert (await ask(site, "/docs-assets/swagger-ui-bundle.js")).text == "// the bundle"


@pytest.mark.parametrize("path", ["/", "/login", HASHED, "/favicon.svg", "/nothing.js", "/api/sessions/"])
async def test_head_is_get_without_body(site: Api, path: str) -> None:
    head, get = [await ask(site, path, method, x_request_id="the-same-one") for method in ("HEAD", "GET")]

    assert (head.status_code, head.content) == (get.status_code, b"")
    assert dict(head.headers) == dict(get.headers)


async def test_content_security_policy_allows_own_origin_only(site: Api) -> None:
    for path in ("/", "/index.html", "/sessions/anything"):
        headers = (await ask(site, path)).headers
        policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
        assert policy["script-src"] == policy["connect-src"] == policy["default-src"] == "'self'"
        assert policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'"
        assert policy["form-action"] == "'self'"
        assert {"'self'", "https:", "http:", "blob:"} <= set(policy["img-src"].split())
        assert "unsafe" not in policy["script-src"]
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert "camera=()" in headers["permissions-policy"]
        assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", WAYS_OUT)
async def test_paths_cannot_leave_the_folder(site: Api, path: str) -> None:
    response = await ask(site, path)

    assert "secret" not in response.text
    problem(response, 404, "not_found")


@pytest.mark.parametrize(
    "path", ["/../secret.txt", "/assets/../../secret.txt", "../secret.txt", "", "\x00", "/a\x00.js"]
)
async def test_raw_server_paths_cannot_leave_the_folder(tmp_path: Path, path: str) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    sent: list[Any] = []

    async def nowhere(*_: Any) -> None:
        sent.append({"body": b"passed on"})

    async def send(message: Any) -> None:
        sent.append(message)

    scope: Any = {"type": "http", "method": "GET", "path": path, "headers": []}
    await with_frontend(nowhere, built(tmp_path / "dist"))(scope, None, send)  # type: ignore[arg-type]

    assert sent[-1]["body"] in {b"passed on", PAGE.encode()}


async def test_front_page_redirects_to_documentation_without_built_front_end(tmp_path: Path) -> None:
    for folder in (tmp_path / "missing", built(tmp_path / "dist", {"docs/swagger-ui-bundle.js": "// the bundle"})):
        async with open_api(replace(SETTINGS, frontend_dir=folder)) as api:
            front = await ask(api, "/")
            assert (front.status_code, front.headers["location"]) == (302, "/api/docs/")
            problem(await ask(api, "/login"), 404, "not_found")
