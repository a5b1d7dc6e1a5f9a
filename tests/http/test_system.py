import re
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio

from http_api import SETTINGS, Api, open_api, problem
from marketplace.adapters.memory.storage import memory_storage
from marketplace.core.domain.refund_policies import PRESETS
from marketplace.core.errors import Busy
from marketplace.demo.people import PEOPLE
from openapi_document import described_api

pytestmark = pytest.mark.thorough

OURS = "https://app.example.org"
DOCUMENT = "/api/schema/openapi.json"
FOREIGN = "https://evil.example.org"


@pytest_asyncio.fixture(loop_scope="module")
async def built_api(tmp_path: Path) -> AsyncIterator[Api]:
    """Open a marketplace with the documentation's files in a folder of the test, next to a secret file."""
    docs = tmp_path / "dist" / "docs"
    docs.mkdir(parents=True)
    (docs / "swagger-ui-bundle.js").write_text("// the bundle")
    (tmp_path / "secret.txt").write_text("secret")
    async with open_api(replace(SETTINGS, frontend_dir=tmp_path / "dist")) as opened:
        yield opened


@pytest_asyncio.fixture(loop_scope="module")
async def open_to_ours() -> AsyncIterator[Api]:
    async with open_api(replace(SETTINGS, cors_origins=(OURS,))) as opened:
        yield opened


class NotReady:
    async def check(self) -> None:
        raise Busy("The database is not migrated.")


async def test_responding_process_is_alive_and_ready(api: Api) -> None:
    for path in ("/health/live", "/health/ready"):
        response = await api.visitor.get(path)
        assert (response.status_code, response.json()) == (200, {"status": "ok"})


async def test_a_process_without_its_database_is_alive_but_not_ready() -> None:
    async with open_api(storage=replace(memory_storage(), readiness=NotReady())) as api:
        assert (await api.visitor.get("/health/live")).status_code == 200
        response = await api.visitor.get("/health/ready")
        assert problem(response, 503, "busy")["detail"] == "The database is not migrated."
        assert response.headers["retry-after"].isdecimal()


async def test_marketplace_info_has_currency_and_categories() -> None:
    async with open_api(replace(SETTINGS, currency="CHF", categories=("chess", "cheese"))) as api:
        body = (await api.visitor.get("/api/marketplace/")).json()
        assert body == {
            "currency": "CHF",
            "currency_digits": 2,
            "categories": ["chess", "cheese"],
            "pays_online": False,
            "pay_within": 15,
            "cancellation_policies": {
                name: [{"hours_before": tier.hours_before, "refund_percent": tier.refund_percent} for tier in tiers]
                for name, tiers in PRESETS.items()
            },
            "demo_accounts": [],
            "verify_email": [],
            "sends_mail": False,
            "has_inbox": False,
            "has_passkeys": True,
        }


async def test_demo_lists_its_sign_in_accounts() -> None:
    async with open_api(replace(SETTINGS, demo=True)) as api:
        body = (await api.visitor.get("/api/marketplace/")).json()["demo_accounts"]

    assert {"user", "creator"} <= {account["role"] for account in body}
    for account in body:
        assert set(account) == {"email", "password", "role", "name"}
        assert all(account.values())
    emails = {person.address for person in PEOPLE}
    assert {account["email"] for account in body} <= emails


async def test_metrics_are_not_on_this_port(api: Api) -> None:
    problem(await api.visitor.get("/metrics"), 404, "not_found")


async def test_front_page_redirects_to_documentation(api: Api) -> None:
    response = await api.visitor.get("/")

    assert response.is_redirect
    assert response.headers["location"] == "/api/docs/"


async def test_documentation_loads_nothing_from_other_hosts(built_api: Api) -> None:
    response = await built_api.visitor.get("/api/docs/")

    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/html")
    addresses = re.findall(r"""(?:src|href|action)=["']([^"']+)""", response.text)
    assert "/docs-assets/swagger-ui-bundle.js" in addresses
    assert all(re.match(r"/[^/]|data:", address) for address in addresses)
    assert not re.search(r"https?:|@import|['\"(]//", response.text)
    policy = response.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "http" not in policy


async def test_only_documentation_files_are_served(built_api: Api) -> None:
    assert (await built_api.visitor.get("/docs-assets/swagger-ui-bundle.js")).text == "// the bundle"
    out = ("../../secret.txt", "%2e%2e/%2e%2e/secret.txt", "..%2f..%2fsecret.txt", "../secret.txt", "%2fetc/passwd")
    for path in ("nothing.js", "", *out):
        problem(await built_api.visitor.get(f"/docs-assets/{path}"), 404, "not_found")


async def test_documentation_without_built_front_end_explains_what_to_do(tmp_path: Path) -> None:
    async with open_api(replace(SETTINGS, frontend_dir=tmp_path)) as api:
        response = await api.visitor.get("/api/docs/")
        assert response.status_code == 503
        assert "make install" in response.text
        assert not re.search(r"https?://", response.text)


async def test_served_openapi_document_is_the_generated_one(api: Api) -> None:
    response = await api.visitor.get(DOCUMENT)

    assert response.json() == described_api()
    assert response.json()["openapi"].startswith("3.1")
    assert response.headers["content-type"] == "application/vnd.oai.openapi+json"


@pytest.mark.parametrize(("accepted", "coding"), [("gzip, br", "gzip"), ("identity", None), ("gzip;q=0", None)])
async def test_openapi_document_is_sent_once_to_each_client(api: Api, accepted: str, coding: str | None) -> None:
    asked = {"Accept-Encoding": accepted}
    first = await api.visitor.send("GET", DOCUMENT, headers=asked)
    again = await api.visitor.send("GET", DOCUMENT, headers=asked | {"If-None-Match": first.headers["etag"]})
    old = await api.visitor.send("GET", DOCUMENT, headers=asked | {"If-None-Match": '"older"'})

    assert first.headers.get("content-encoding") == coding
    assert first.headers["vary"] == "accept-encoding"
    assert first.headers["cache-control"] == "no-cache"
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert (old.status_code, old.json()) == (200, described_api())


async def test_compressed_openapi_document_has_another_entity_tag(api: Api) -> None:
    packed = await api.visitor.send("HEAD", DOCUMENT, headers={"Accept-Encoding": "gzip"})
    plain = await api.visitor.send("HEAD", DOCUMENT, headers={"Accept-Encoding": "identity"})

    assert packed.headers["etag"] != plain.headers["etag"]
    assert int(packed.headers["content-length"]) < int(plain.headers["content-length"]) / 5


async def test_shared_caches_know_that_public_responses_differ_by_origin(api: Api, open_to_ours: Api) -> None:
    for headers in ({}, {"Origin": OURS}, {"Origin": FOREIGN}):
        for path in ("/api/sessions/", "/api/sessions/facets/", "/api/time-zones/", "/api/schema/openapi.json"):
            response = await open_to_ours.visitor.send("GET", path, headers=headers)
            # the framework lists it for allowed origins
            assert response.headers["vary"].lower().split(", ").count("origin") == 1 + (headers == {"Origin": OURS}), (
                path
            )
    assert "origin" not in (await api.visitor.get("/api/sessions/")).headers["vary"]


async def test_foreign_origins_cannot_read_responses_unless_allowed(api: Api, open_to_ours: Api) -> None:
    closed = await api.visitor.send("GET", "/api/sessions/", headers={"Origin": OURS})
    ours = await open_to_ours.visitor.send("GET", "/api/sessions/", headers={"Origin": OURS})
    foreign = await open_to_ours.visitor.send("GET", "/api/sessions/", headers={"Origin": FOREIGN})

    assert "access-control-allow-origin" not in closed.headers
    assert "access-control-allow-origin" not in foreign.headers
    assert ours.headers["access-control-allow-origin"] == OURS
    assert {"Link", "Idempotency-Replayed"} <= set(ours.headers["access-control-expose-headers"].split(", "))


async def test_allowed_origin_can_read_refusals(open_to_ours: Api) -> None:
    refused = await open_to_ours.visitor.send("GET", "/api/auth/profile/", headers={"Origin": OURS})

    problem(refused, 401, "not_signed_in")
    assert refused.headers["access-control-allow-origin"] == OURS


async def test_preflight_allows_configured_origin_only(open_to_ours: Api) -> None:
    requested = {
        "Access-Control-Request-Method": "PATCH",
        "Access-Control-Request-Headers": "authorization,content-type,idempotency-key",
    }

    ours = await open_to_ours.visitor.send("OPTIONS", "/api/auth/profile/", headers={"Origin": OURS} | requested)
    foreign = await open_to_ours.visitor.send("OPTIONS", "/api/auth/profile/", headers={"Origin": FOREIGN} | requested)

    assert ours.is_success
    assert "PATCH" in ours.headers["access-control-allow-methods"]
    allowed = {word.strip() for word in ours.headers["access-control-allow-headers"].lower().split(",")}
    assert {"authorization", "content-type", "idempotency-key"} <= allowed
    assert "access-control-allow-origin" not in foreign.headers


async def test_responses_are_not_cached_or_sniffed(api: Api) -> None:
    response = await api.visitor.get("/api/marketplace/")

    assert response.headers["cache-control"] == "no-store"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
