"""The sitemap, read by an XML parser."""

from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest

from fakes import NOW
from http_api import Api, problem
from marketplace.http.pages.sitemaps import NAMESPACE

SITE = "http://localhost:8000"
THIS_WEEK = f"{SITE}/sitemaps/{(NOW - timedelta(days=NOW.weekday())).date().isoformat()}.xml"


async def addresses(api: Api, path: str) -> list[str | None]:
    response = await api.visitor.get(path)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/xml"
    root = ET.fromstring(response.content)  # noqa: S314 - our own answer
    return [each.text for each in root.iter(f"{{{NAMESPACE}}}loc")]


async def test_sitemap_of_an_empty_marketplace_is_empty(empty_api: Api) -> None:
    assert await addresses(empty_api, "/sitemap.xml") == []


async def test_sitemap_leads_to_every_week_its_sessions_and_their_creators(empty_api: Api) -> None:
    busy, quiet = await empty_api.creator(username="Élena+b@x"), await empty_api.creator(username="ada")
    new, old = await empty_api.session(busy), await empty_api.session(quiet, created_at=NOW - timedelta(days=15))
    await empty_api.session(busy, created_at=NOW - timedelta(days=15))
    await empty_api.session(status="inactive")

    files = await addresses(empty_api, "/sitemap.xml")

    assert files[0] == THIS_WEEK
    assert len(files) in {6, 8}
    found = [page for file in files for page in await addresses(empty_api, str(file).removeprefix(SITE))]
    sessions = [page for page in found if "/sessions/" in str(page)]
    assert (sessions[0], len(sessions)) == (f"{SITE}/sessions/{new.id}", 3)
    assert f"{SITE}/sessions/{old.id}" in sessions[1:]
    elena, ada = f"{SITE}/creators/%C3%89lena%2Bb%40x", f"{SITE}/creators/ada"
    assert found[3:] == [elena, ada, elena]


@pytest.mark.parametrize(
    "name",
    [
        "2026-01-06.xml",
        "creators-2026-01-06.xml",
        "creators-creators-2026-01-05.xml",
        "2026-01-05",
        "20260105.xml",
        "2026-W02.xml",
        "9999-12-27.xml",
        "x.xml",
        "2026-02-30.xml",
    ],
)
async def test_file_that_is_no_past_monday_is_404(api: Api, name: str) -> None:
    problem(await api.visitor.get(f"/sitemaps/{name}"), 404, "not_found")


async def test_robots_file_names_the_sitemap(api: Api) -> None:
    response = await api.visitor.get("/robots.txt")

    assert response.headers["content-type"].startswith("text/plain")
    assert f"Sitemap: {SITE}/sitemap.xml" in response.text.splitlines()
    assert "Disallow: /api/" in response.text
