import re

import pytest

from http_api import Api
from http_site import FILES, HASHED, ask
from marketplace.http.static.files import accepted_codings, matches_etag


@pytest.mark.parametrize(
    ("path", "media_type"),
    [
        (HASHED, "text/javascript; charset=utf-8"),
        ("/assets/index-C0ffee12.css", "text/css; charset=utf-8"),
        ("/assets/inter-D1a2b3c4.woff2", "font/woff2"),
        ("/favicon.svg", "image/svg+xml; charset=utf-8"),
        ("/humans.txt", "text/plain; charset=utf-8"),
        ("/manifest.webmanifest", "application/manifest+json"),
        ("/alone.br", "application/octet-stream"),
    ],
)
async def test_file_is_served_with_its_content_type(site: Api, path: str, media_type: str) -> None:
    response = await ask(site, path)

    assert response.status_code == 200
    assert response.headers["content-type"] == media_type
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.content.decode("latin-1").encode("latin-1") in [
        content if isinstance(content, bytes) else content.encode() for content in FILES.values()
    ]


async def test_hashed_files_are_immutable_and_others_are_revalidated(site: Api) -> None:
    forever = "public, max-age=31536000, immutable"
    kept = {
        path: (await ask(site, path)).headers["cache-control"]
        for path in (HASHED, "/assets/index-C0ffee12.css", "/assets/inter-D1a2b3c4.woff2")
    }
    requested = {
        path: (await ask(site, path)).headers["cache-control"]
        for path in ("/favicon.svg", "/assets/logo.svg", "/humans.txt", "/docs-assets/swagger-ui-bundle.js")
    }

    assert set(kept.values()) == {forever}
    assert set(requested.values()) == {"no-cache"}


@pytest.mark.parametrize(
    ("header", "coding"),
    [
        ("gzip, deflate, br", "br"),
        ("gzip, deflate, br, zstd", "br"),
        ("BR", "br"),
        ("gzip", "gzip"),
        ("x-gzip", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("br;q=0.0,gzip;q=0.000", None),
        ("br;q=0.5, gzip;q=0.8", "gzip"),
        ("gzip;q=0.5, br;q=0.5", "br"),
        ("*", "br"),
        ("br;q=0, *", "gzip"),
        ("*;q=0", None),
        ("gzip, *;q=0", "gzip"),
        ("identity", None),
        ("identity, br;q=0.5", None),
        ("identity;q=0.5, br", "br"),
        ("identity;q=0, *;q=0", None),
        ("deflate", None),
        ("vibration, brr, xgzip", None),
        ("br;q=much", None),
        ("gzip ; q=0.3", "gzip"),
        ("", None),
        (",,;q=1", None),
    ],
)
async def test_best_accepted_encoding_is_sent(site: Api, header: str, coding: str | None) -> None:
    for path, name in (("/", "index.html"), (HASHED, HASHED[1:])):
        response = await site.client.send(
            site.client.build_request("GET", path, headers={"Accept-Encoding": header}), stream=True
        )
        sent = b"".join([part async for part in response.aiter_raw()])
        expected = FILES[name + {"br": ".br", "gzip": ".gz", None: ""}[coding]]

        assert response.headers.get("content-encoding") == coding
        assert response.headers["vary"] == "accept-encoding"
        assert response.headers["content-length"] == str(len(sent))
        assert sent == (expected if isinstance(expected, bytes) else expected.encode())


async def test_encoding_that_is_not_smaller_is_not_sent(site: Api) -> None:
    response = await ask(site, "/favicon.svg", Accept_Encoding="br")

    assert response.text == "<svg/>"
    assert "content-encoding" not in response.headers


def test_accept_encoding_list_is_parsed_once() -> None:
    assert accepted_codings("br, gzip") is accepted_codings("br, gzip")


def test_accept_encoding_list_that_is_very_long_is_not_read() -> None:
    assert accepted_codings(f"{'deflate, ' * 100}gzip") == ("gzip",)
    assert accepted_codings(f"{'deflate, ' * 200}gzip") == ()


@pytest.mark.parametrize("path", ["/", "/login", HASHED, "/humans.txt"])
@pytest.mark.parametrize("coding", ["identity", "br", "gzip"])
async def test_matching_etag_is_304_without_body(site: Api, path: str, coding: str) -> None:
    first = await ask(site, path, "HEAD", Accept_Encoding=coding)
    etag = first.headers["etag"]

    for tags in (etag, f"W/{etag}", f'"another", {etag}', "*"):
        again = await ask(site, path, Accept_Encoding=coding, If_None_Match=tags)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == etag
        assert again.headers["cache-control"] == first.headers["cache-control"]
        assert again.headers.get("vary") == first.headers.get("vary")
    changed = await ask(site, path, "HEAD", Accept_Encoding=coding, If_None_Match='"another"')
    assert changed.status_code == 200


async def test_every_encoding_has_its_own_etag(site: Api) -> None:
    tags = {(await ask(site, "/", "HEAD", Accept_Encoding=each)).headers["etag"] for each in ("identity", "br", "gzip")}

    assert len(tags) == 3
    assert all(re.fullmatch(r'"[0-9a-f]+"', tag) for tag in tags)
    assert not matches_etag('"a"', 'a, "b", "a')
