"""The proxy alone and in front of one program: files, forwarding, headers and refusals."""

import asyncio
import ssl
import subprocess
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio
import yaml

from deployment.proxy import DEPLOY, DIST, Proxy, proxy
from http_api import a_registration, a_session_body
from postgres.servers import Server, servers

PAGES = ("/", "/login", "/sessions/0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b", "/admin/users")
SAID_TWICE = (
    "content-type",
    "cache-control",
    "content-security-policy",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
    "permissions-policy",
    "referrer-policy",
    "x-content-type-options",
)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def behind(database: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[Proxy, Server]]:
    folder = tmp_path_factory.mktemp("proxy")
    settings = {"frontend_dir": DIST, "trusted_proxies": "127.0.0.1", "rate_limit": "on"}
    async with servers(1, database, folder, **settings) as (server,), proxy(folder / "nginx", [server.port]) as front:
        yield front, server


async def test_files_have_the_headers_that_the_program_would_send(behind: tuple[Proxy, Server]) -> None:
    front, server = behind
    asset = next((DIST / "assets").glob("index-*.js"))
    for path in (*PAGES, f"/assets/{asset.name}", "/favicon.svg", "/robots.txt", "/manifest.webmanifest"):
        ours, theirs = await front.client.get(path), await server.client.get(path)
        assert (ours.status_code, ours.content) == (theirs.status_code, theirs.content), path
        for name in SAID_TWICE:
            assert ours.headers.get(name) == theirs.headers.get(name), (path, name)


@pytest.mark.parametrize("coding", ["br", "gzip"])
async def test_precompressed_files_are_served(behind: tuple[Proxy, Server], coding: str) -> None:
    asset = next((DIST / "assets").glob("vendor-*.js"))
    packed = asset.with_name(asset.name + {"br": ".br", "gzip": ".gz"}[coding])
    front, _ = behind
    response = await front.client.get(f"/assets/{asset.name}", headers={"Accept-Encoding": coding})
    assert response.headers["content-encoding"] == coding
    assert int(response.headers["content-length"]) == packed.stat().st_size


async def test_missing_file_is_404_and_not_the_page(behind: tuple[Proxy, Server]) -> None:
    front, _ = behind
    assert (await front.client.get("/assets/gone-00000000.js")).status_code == 404
    assert (await front.client.get("/.env")).status_code == 404
    assert (await front.client.get("/api/nothing/")).json()["code"] == "not_found"


async def test_api_headers_are_sent_once(behind: tuple[Proxy, Server]) -> None:
    front, _ = behind
    response = await front.client.get("/api/sessions/")
    names = [name.lower() for name, _ in response.headers.multi_items()]
    for name in ("x-content-type-options", "referrer-policy", "cache-control", "etag"):
        assert names.count(name) == 1, name
    condition = {"If-None-Match": response.headers["etag"]}
    assert (await front.client.get("/api/sessions/", headers=condition)).status_code == 304


async def test_response_with_secret_is_not_compressed_and_others_are(behind: tuple[Proxy, Server]) -> None:
    """The compressed length would reveal the secret to an attacker who chooses text next to it (BREACH)."""
    front, _ = behind
    person = a_registration() | {"first_name": "é" * 150, "last_name": "è" * 150}
    assert (await front.client.post("/api/auth/register/", json=person)).status_code == 201
    received = await front.client.post("/api/auth/login/", json={name: person[name] for name in ("email", "password")})
    assert (received.status_code, len(received.content) > 1024) == (200, True)
    assert "content-encoding" not in received.headers
    assert (await front.client.get("/api/schema/openapi.json")).headers["content-encoding"] == "gzip"


async def test_calendar_feed_is_compressed_and_its_address_is_not(behind: tuple[Proxy, Server]) -> None:
    front, server = behind
    creator, learner = [{"Authorization": f"Bearer {await access_of(front, role)}"} for role in ("creator", "user")]
    offered = await front.client.post("/api/sessions/", json=a_session_body(title="é" * 200), headers=creator)
    booking = {"session": offered.json()["id"], "booking_date": "2190-01-01T09:00:00Z"}
    assert (await front.client.post("/api/bookings/", json=booking, headers=learner)).status_code == 201

    answered = await front.client.get("/api/calendar/", headers=creator)
    feed = answered.json()["url"].removeprefix(f"http://localhost:{server.port}")
    fetched = await front.client.get(feed, headers={"Accept-Encoding": "gzip"})
    again = await front.client.get(feed, headers={"If-None-Match": fetched.headers["etag"]})

    assert "content-encoding" not in answered.headers
    assert (fetched.status_code, fetched.headers["content-encoding"]) == (200, "gzip")
    assert fetched.headers["cache-control"] == "private, max-age=60"
    assert again.status_code == 304


async def access_of(front: Proxy, role: str) -> str:
    """Return the access token of a new account."""
    person = a_registration(role=role)
    assert (await front.client.post("/api/auth/register/", json=person)).status_code == 201
    login = await front.client.post("/api/auth/login/", json={name: person[name] for name in ("email", "password")})
    return str(login.json()["access"])


async def test_public_responses_are_cached_briefly_and_authenticated_ones_never(behind: tuple[Proxy, Server]) -> None:
    front, _ = behind
    requests = [{"X-Request-Id": str(uuid4())} for _ in range(4)]
    requests[3]["Authorization"] = "Bearer unknown"
    answers = [await front.client.get("/api/sessions/?limit=7", headers=headers) for headers in requests]
    kept = [(await front.log_line(answer))["cache"] for answer in answers]
    assert [answer.status_code for answer in answers[:3]] == [200, 200, 200]
    assert kept == ["MISS", "HIT", "HIT", "BYPASS"]


async def test_client_cannot_forge_its_address(behind: tuple[Proxy, Server]) -> None:
    front, server = behind
    forged = {"X-Forwarded-For": "203.0.113.9", "X-Request-Id": str(uuid4())}
    registered = await front.client.post("/api/auth/register/", json=a_registration(), headers=forged)
    assert (await front.log_line(registered))["client"] == "127.0.0.1"
    assert "203.0.113.9" not in front.access_log.read_text()
    assert "203.0.113.9" not in server.log.read_text()


async def test_proxy_refusals_are_in_the_format_of_the_api(behind: tuple[Proxy, Server]) -> None:
    front, _ = behind
    too_large = await front.client.post("/api/auth/login/", content=b"x" * 1_100_000)
    assert (too_large.status_code, too_large.json()["code"]) == (413, "body_too_large")
    assert too_large.headers["content-type"] == "application/problem+json"
    answers = [await front.client.post("/api/auth/login/", json={}) for _ in range(60)]
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert (refused.json()["code"], refused.headers["retry-after"]) == ("rate_limited", "5")


@pytest.mark.parametrize("name", ["email", "forgot-password", "password", "verify-email", "verify-email/send"])
async def test_routes_that_hash_or_send_mail_are_limited_like_sign_ins(behind: tuple[Proxy, Server], name: str) -> None:
    front, _ = behind
    answers = [await front.client.post(f"/api/auth/{name}/", json={}) for _ in range(60)]
    assert "5" in {answer.headers.get("retry-after") for answer in answers if answer.status_code == 429}
    assert all("content-encoding" not in answer.headers for answer in answers)


@pytest.mark.parametrize(
    "path", ["/api/calendar/{}.ics", "/api/unsubscribe/{}", "/api/unsubscribe/{}/", "/unsubscribe/{}"]
)
async def test_secrets_in_paths_are_not_logged(behind: tuple[Proxy, Server], path: str) -> None:
    front, _ = behind
    secret = uuid4().hex
    answered = await front.client.get(path.format(secret), headers={"X-Request-Id": str(uuid4())})
    assert (await front.log_line(answered))["status"] == answered.status_code
    assert secret not in front.access_log.read_text()


async def test_malformed_request_is_refused_in_the_format_of_the_api(behind: tuple[Proxy, Server]) -> None:
    front, _ = behind
    too_long = await front.client.get(f"/api/sessions/?search={'a' * 20_000}")
    assert (too_long.status_code, too_long.json()["code"]) == (414, "address_too_long")
    for headers in ({"X-Much": "a" * 20_000}, {"Host": ""}):
        malformed = await front.client.get("/api/sessions/", headers=headers)
        assert (malformed.status_code, malformed.json()["code"]) == (400, "invalid")
        assert malformed.headers["content-type"] == "application/problem+json"


async def test_missing_asset_response_is_not_immutable(behind: tuple[Proxy, Server]) -> None:
    for who in behind:
        missing = await who.client.get("/assets/gone-00000000.js")
        assert "immutable" not in missing.headers.get("cache-control", "")


async def test_redirect_does_not_reveal_internal_port(behind: tuple[Proxy, Server]) -> None:
    front, _ = behind
    assert (await front.client.get("/api")).headers["location"] == "/api/"


async def test_client_address_and_scheme_are_kept_behind_ingress(behind: tuple[Proxy, Server], tmp_path: Path) -> None:
    _, server = behind
    (received,) = (
        each["data"]["client.conf"]
        for each in yaml.safe_load_all((DEPLOY / "kubernetes" / "base" / "proxy.yaml").read_text())
        if each["kind"] == "ConfigMap"
    )
    ingress = {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https", "X-Request-Id": str(uuid4())}
    for network, client in (("127.0.0.0/8", "203.0.113.7"), ("10.0.0.0/8", "127.0.0.1")):
        files = {"client.conf": received.replace("10.0.0.0/8", network)}
        async with proxy(tmp_path / client, [server.port], files=files) as front:
            answered = await front.client.get("/api/sessions/?limit=3", headers=ingress)
            assert answered.status_code == 200
            assert ("strict-transport-security" in answered.headers) == (client != "127.0.0.1")
            assert (await front.log_line(answered))["client"] == client


async def test_requests_are_limited_per_ipv4_address_and_per_ipv6_64(
    behind: tuple[Proxy, Server], tmp_path: Path
) -> None:
    _, server = behind
    trusted = "set_real_ip_from 127.0.0.0/8;\nreal_ip_header X-Forwarded-For;\n"
    files = {"client.conf": trusted + (DEPLOY / "nginx" / "client.conf").read_text()}
    async with proxy(tmp_path, [server.port], files=files) as front:

        async def sign_ins(addresses: Sequence[str]) -> list[str]:
            """Return the addresses that were refused."""
            requests = (front.client.post("/api/auth/login/", headers={"X-Forwarded-For": each}) for each in addresses)
            answers = zip(addresses, await asyncio.gather(*requests), strict=True)
            return [address for address, answer in answers if answer.status_code == httpx.codes.TOO_MANY_REQUESTS]

        neighbours = [f"2001:db8:0:a0a::{number:x}" for number in range(1, 60)]
        assert 0 < len(await sign_ins(neighbours)) <= len(neighbours) - 31
        assert not await sign_ins([f"2001:db8:0:{number:x}::1" for number in range(1, 60)])
        assert not await sign_ins([f"192.0.2.{number}" for number in range(1, 60)])
        assert not await sign_ins([f"::ffff:198.51.100.{number}" for number in range(1, 60)])


async def test_proxy_without_backend_serves_pages_and_api_is_busy(tmp_path: Path) -> None:
    async with proxy(tmp_path / "nginx", [1]) as front:
        assert (await front.client.get("/")).status_code == 200
        response = await front.client.get("/api/sessions/")
        assert (response.status_code, response.json()["code"]) == (503, "busy")
        assert response.headers["retry-after"] == "2"


async def test_mismatched_certificate_stops_the_start_with_a_reason(tmp_path: Path, certificate: Path) -> None:
    (certificate / "privkey.pem").unlink()
    with pytest.raises(AssertionError, match=r"cannot load certificate key .*privkey\.pem"):
        async with proxy(tmp_path / "nginx", [1], certificate):
            pass


async def test_write_that_may_have_reached_a_backend_is_outcome_unknown_and_others_are_busy(tmp_path: Path) -> None:
    """`busy` promises that nothing was written; a program that stopped responding may have written."""

    async def read_and_die(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.close()

    async with await asyncio.start_server(read_and_die, "127.0.0.1", 0) as dying:
        requested = dying.sockets[0].getsockname()[1]
        for replicas, method, code in (
            ([requested], "POST", "outcome_unknown"),
            ([requested], "DELETE", "outcome_unknown"),
            ([requested], "GET", "busy"),
            ([1], "POST", "busy"),
        ):
            async with proxy(tmp_path / f"{method}{code}", replicas) as front:
                answered = await front.client.request(method, "/api/bookings/")
                assert (answered.status_code, answered.json()["code"]) == (503, code), method
                assert answered.headers["retry-after"] == "2"


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    folder = tmp_path / "certificate"
    folder.mkdir()
    created = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost"]
    files = ["-keyout", str(folder / "privkey.pem"), "-out", str(folder / "fullchain.pem")]
    subprocess.run([*created, *files], check=True, capture_output=True)
    return folder


async def test_plain_http_redirects_to_tls_when_certificate_exists(tmp_path: Path, certificate: Path) -> None:
    async with proxy(tmp_path / "nginx", [1], certificate) as front:
        led = await front.client.get("/login?next=/profile")
        assert (led.status_code, led.headers["location"]) == (308, "https://sessions.example.org/login?next=/profile")
        trusting = ssl.create_default_context(cafile=str(certificate / "fullchain.pem"))
        trusting.check_hostname = False
        async with httpx.AsyncClient(verify=trusting, trust_env=False) as client:
            for path, status in (("/", 200), ("/api/sessions/", 503)):
                answered = await client.get(f"https://127.0.0.1:{front.secure_port}{path}")
                assert answered.status_code == status
                assert answered.headers.get_list("strict-transport-security") == ["max-age=63072000; includeSubDomains"]
        assert "strict-transport-security" not in led.headers
        for sent in (front.client.get("/api/auth/me/"), front.client.post("/api/auth/login/", json={"password": "x"})):
            refused = await sent
            assert (refused.status_code, refused.json()["code"]) == (403, "https_required")
            assert "location" not in refused.headers
        old = ssl.create_default_context(cafile=str(certificate / "fullchain.pem"))
        old.check_hostname = False
        old.maximum_version = ssl.TLSVersion.TLSv1_2
        old.set_ciphers("AES128-SHA")
        async with httpx.AsyncClient(verify=old, trust_env=False) as client:
            with pytest.raises(httpx.ConnectError):
                await client.get(f"https://127.0.0.1:{front.secure_port}/")


async def test_no_answer_names_the_server(behind: tuple[Proxy, Server]) -> None:
    front, server = behind
    await server.serves()
    answered = [await front.client.get(path) for path in ("/", "/api/sessions/", "/api/nothing/", "/assets/gone.js")]
    answered.append(await front.client.get("/", headers={"Host": ""}))
    answered.append(await front.client.get(f"/{'x' * 20_000}"))

    assert {answer.status_code for answer in answered} == {200, 400, 404, 414}
    assert not any("server" in answer.headers for answer in answered)
