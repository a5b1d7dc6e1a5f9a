"""The operator's texts over the API."""

from dataclasses import replace
from pathlib import Path

import pytest

from http_api import SETTINGS, Api, open_api, problem
from marketplace.core.domain.site_texts import TEXT_NAMES


@pytest.mark.parametrize("name", TEXT_NAMES)
async def test_anyone_can_read_each_text(api: Api, name: str) -> None:
    response = await api.visitor.get(f"/api/texts/{name}/")

    assert response.status_code == 200
    assert response.json() == {
        "name": name,
        "title": name.title(),
        "html": response.json()["html"],
        "is_default": True,
    }
    assert response.json()["html"].startswith("<p>")


async def test_text_of_the_operator_is_served(tmp_path: Path) -> None:
    (tmp_path / "terms.md").write_text("# House rules\n\nBe <b>kind</b>.", encoding="utf-8")
    async with open_api(replace(SETTINGS, texts_dir=tmp_path)) as api:
        served = (await api.visitor.get("/api/texts/terms/")).json()

    assert served == {
        "name": "terms",
        "title": "House rules",
        "html": "<p>Be &lt;b&gt;kind&lt;/b&gt;.</p>\n",
        "is_default": False,
    }


@pytest.mark.parametrize("name", ["Terms", "terms.md", "cookies", "..%2fterms", "%00"])
async def test_unknown_text_is_not_found(api: Api, name: str) -> None:
    problem(await api.visitor.get(f"/api/texts/{name}/"), 404, "not_found")


async def test_unchanged_text_is_not_sent_again(api: Api) -> None:
    first = await api.visitor.get("/api/texts/help/")

    again = await api.visitor.send("GET", "/api/texts/help/", headers={"If-None-Match": first.headers["etag"]})

    assert (again.status_code, again.content) == (304, b"")
